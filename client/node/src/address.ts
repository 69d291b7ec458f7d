import { statSync } from "node:fs";
import { BlockList, isIPv4, isIPv6 } from "node:net";

const ADDRESS_VARIABLE = "REGISTRYD_ADDRESS";
const DEFAULT_SOCKET = "/run/registryd/registryd.sock";
const DEFAULT_HOST_PORT = "127.0.0.1:50051";

/** What fits into `sockaddr_un.sun_path` with its final NUL. */
const MAX_SOCKET_PATH = 107;

/** Where a service is reached. */
export interface Address {
  /** For gRPC, with an explicit scheme: `unix:/run/x.sock`, `dns:///host:1`. */
  target: string;
  /** A Unix socket. */
  unixSocket: boolean;
  /**
   * Bytes sent there do not leave this machine: a Unix socket, a loopback address, or `localhost`.
   */
  local: boolean;
}

/**
 * Reads `unix:PATH` or `HOST:PORT`, where HOST is a name, an IPv4 address or an IPv6 address in
 * brackets. Abstract sockets and gRPC's other schemes are refused. Throws a TypeError that says
 * what to write instead.
 */
export function parseAddress(text: string): Address {
  if (text.startsWith("unix:")) return parseUnix(text, text.slice("unix:".length));
  const colon = text.lastIndexOf(":");
  if (colon < 0 || !isPort(text.slice(colon + 1))) {
    throw invalid(text, "want unix:PATH or HOST:PORT, with a port from 1 to 65535");
  }
  let host = text.slice(0, colon);
  if (host.startsWith("[") && host.endsWith("]")) {
    host = host.slice(1, -1);
    if (!isPlainIpv6(host)) throw invalid(text, "not an IPv6 address in brackets");
  } else if (isPlainIpv6(host.replace(/^\[|\]$/g, ""))) {
    throw invalid(text, "an IPv6 address stands in brackets: [::1]:50051");
  } else if (!/^[A-Za-z0-9._-]+$/.test(host)) {
    throw invalid(text, "want unix:PATH or HOST:PORT, without a scheme or path");
  }
  return { target: `dns:///${text}`, unixSocket: false, local: isLoopback(host) };
}

/**
 * The address of the service on this machine: `$REGISTRYD_ADDRESS` if it is set and not empty, else
 * the socket of a service of the user's own (`$XDG_RUNTIME_DIR/registryd/registryd.sock`) if there
 * is one, else the default socket if it exists, else the default port.
 */
export function defaultAddress(): string {
  const runtime = process.env["XDG_RUNTIME_DIR"];
  const sockets = runtime === undefined ? [] : [`${runtime}/registryd/registryd.sock`];
  return chooseAddress(process.env[ADDRESS_VARIABLE], [...sockets, DEFAULT_SOCKET]);
}

/** `defaultAddress` by the variable's value and the sockets, in order. */
export function chooseAddress(variable: string | undefined, sockets: string[]): string {
  if (variable) return variable;
  const socket = sockets.find(isSocket);
  return socket === undefined ? DEFAULT_HOST_PORT : `unix:${socket}`;
}

function isSocket(path: string): boolean {
  try {
    return statSync(path).isSocket();
  } catch {
    return false; // None, or none that this user may look at.
  }
}

function parseUnix(text: string, path: string): Address {
  // `unix:///run/x.sock`, the URI form, means the same as `unix:/run/x.sock`.
  if (path.startsWith("///")) path = path.slice(2);
  if (path === "") throw invalid(text, "the path of the socket is missing");
  if (path.startsWith("//")) throw invalid(text, "a socket is on this machine; write unix:/PATH");
  if (path.includes("\0")) throw invalid(text, "a path holds no NUL");
  const size = Buffer.byteLength(path);
  if (size > MAX_SOCKET_PATH) {
    throw invalid(
      text,
      `the path of a socket has at most ${MAX_SOCKET_PATH} bytes; this one has ${size}`,
    );
  }
  return { target: `unix:${path}`, unixSocket: true, local: true };
}

function invalid(text: string, why: string): TypeError {
  return new TypeError(`address "${text}": ${why}`);
}

/** Whether `host` is an IPv6 address without a zone. */
function isPlainIpv6(host: string): boolean {
  return isIPv6(host) && !host.includes("%");
}

function isLoopback(host: string): boolean {
  if (host.toLowerCase() === "localhost") return true;
  const loopback = new BlockList();
  if (isIPv4(host)) {
    loopback.addSubnet("127.0.0.0", 8, "ipv4");
    return loopback.check(host, "ipv4");
  }
  loopback.addAddress("::1", "ipv6");
  return isPlainIpv6(host) && loopback.check(host, "ipv6");
}

function isPort(text: string): boolean {
  return /^[0-9]{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65535;
}
