import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { credentials, type ChannelCredentials, type ChannelOptions } from "@grpc/grpc-js";
import { defaultAddress, parseAddress, type Address } from "./address.js";
import { serviceConfig } from "./generated/service_config.js";

/** Answers grow with what certs.d holds and with the size of a batch. */
const MAX_ANSWER_BYTES = 64 << 20;

/**
 * A peer that is silent for so long is asked whether it is there, and counts as gone when it does
 * not answer within the other. The service takes pings every ten seconds.
 */
const KEEPALIVE_TIME_MS = 30_000;
const KEEPALIVE_TIMEOUT_MS = 20_000;

/** Where systems keep the authorities that they trust, in one file. */
const SYSTEM_ROOTS = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/** How TLS is spoken to the service. Files hold PEM and are read once. */
export interface TlsOptions {
  /** Trusted authorities. Missing: the system's. */
  caFile?: string | undefined;
  /** The client's certificate and its key: both or neither. */
  certFile?: string | undefined;
  keyFile?: string | undefined;
  /** The name that the service's certificate must have. Missing: the address's host. */
  serverName?: string | undefined;
}

/** How a service is reached. */
export interface ClientOptions {
  /** `unix:PATH` or `HOST:PORT`. Missing: `defaultAddress()`. */
  address?: string | undefined;
  /**
   * Missing: plain text to this machine (a Unix socket, a loopback address), TLS with the system's
   * authorities to any other.
   */
  tls?: TlsOptions | undefined;
  /** For calls without one of their own. Positive. Missing: 5000. */
  timeoutMs?: number | undefined;
  /** Goes before gRPC's own `User-Agent`. Missing: that alone. */
  userAgent?: string | undefined;
}

/** What a channel is made of. */
export interface Dialling {
  target: string;
  credentials: ChannelCredentials;
  options: ChannelOptions;
}

/**
 * How to dial a service. Throws a TypeError if the address or the combination of options makes no
 * sense, or a file is not usable; the message names the option.
 */
export function dialling({ address, tls, userAgent }: ClientOptions): Dialling {
  const where = parseAddress(address || defaultAddress());
  const options: ChannelOptions = {
    "grpc.service_config": serviceConfig,
    // The above is all: DNS is not asked for another.
    "grpc.service_config_disable_resolution": 1,
    "grpc.max_receive_message_length": MAX_ANSWER_BYTES,
    "grpc.enable_http_proxy": 0,
    "grpc.keepalive_time_ms": KEEPALIVE_TIME_MS,
    "grpc.keepalive_timeout_ms": KEEPALIVE_TIMEOUT_MS,
    "grpc.keepalive_permit_without_calls": 1,
  };
  if (userAgent) options["grpc.primary_user_agent"] = userAgent;
  if (tls?.serverName) {
    options["grpc.ssl_target_name_override"] = tls.serverName;
    options["grpc.default_authority"] = tls.serverName;
  }
  return { target: where.target, credentials: credentialsFor(where, tls), options };
}

function credentialsFor(address: Address, tls: TlsOptions | undefined): ChannelCredentials {
  if (address.unixSocket && tls !== undefined) {
    throw new TypeError("TLS is not spoken over a Unix socket");
  }
  if (tls === undefined && address.local) return credentials.createInsecure();
  if (!tls?.certFile !== !tls?.keyFile) {
    throw new TypeError("a TLS client certificate and its key go together");
  }
  const ca = readPem("caFile", tls?.caFile);
  const cert = readPem("certFile", tls?.certFile);
  const key = readPem("keyFile", tls?.keyFile);
  if (ca) usable("caFile", () => new X509Certificate(ca));
  if (cert && key) {
    const certificate = usable("certFile", () => new X509Certificate(cert));
    const belongs = usable("keyFile", () => certificate.checkPrivateKey(createPrivateKey(key)));
    if (!belongs) throw new TypeError("keyFile: is not the certificate's key");
  }
  return credentials.createSsl(ca ?? systemRoots(), key, cert);
}

/** What `use` returns. OpenSSL's errors do not say which file they are about. */
function usable<T>(option: string, use: () => T): T {
  try {
    return use();
  } catch (error) {
    throw new TypeError(`${option}: cannot be used: ${String(error)}`, { cause: error });
  }
}

/** The content of the file that `option` names. Null without a file. */
function readPem(option: string, path: string | undefined): Buffer | null {
  if (!path) return null;
  let content: Buffer;
  try {
    content = readFileSync(path);
  } catch (error) {
    throw new TypeError(`${option}: cannot read ${path}`, { cause: error });
  }
  if (!content.includes("-----BEGIN ")) throw new TypeError(`${option}: ${path} holds no PEM`);
  return content;
}

/** The authorities that the system trusts. Null, for Node's own list, if no file is found. */
function systemRoots(): Buffer | null {
  for (const path of [process.env["SSL_CERT_FILE"], ...SYSTEM_ROOTS]) {
    if (!path) continue;
    try {
      return readFileSync(path);
    } catch {
      // The next may be there.
    }
  }
  return null;
}
