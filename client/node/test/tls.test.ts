import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ServerCredentials } from "@grpc/grpc-js";
import { Code, RegistryClient, type TlsOptions } from "@registryd/client";
import { FakeService } from "./fake_service.js";

const NAME = "server.test.example";
const SOURCE = fileURLToPath(import.meta.url);

let folder: string;
let service: FakeService;

/** Writes NAME.pem and NAME.key, signed by `authority` or, without one, by itself. */
function certificate(name: string, authority?: string): void {
  const signed = [
    ...["-CA", `${authority}.pem`, "-CAkey", `${authority}.key`],
    ...["-addext", `subjectAltName=DNS:${NAME}`, "-addext", "basicConstraints=critical,CA:FALSE"],
  ];
  const command = [
    ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"],
    ...["-days", "2", "-subj", `/CN=${name}`, "-keyout", `${name}.key`, "-out", `${name}.pem`],
    ...(authority === undefined ? [] : signed),
  ];
  execFileSync("openssl", command, { cwd: folder, stdio: "pipe" });
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "registryd-"));
  certificate("authority");
  certificate("server", "authority");
  certificate("client", "authority");
  const read = (name: string): Buffer => readFileSync(join(folder, name));
  const pair = { private_key: read("server.key"), cert_chain: read("server.pem") };
  const credentials = ServerCredentials.createSsl(read("authority.pem"), [pair], true);
  service = await FakeService.start("127.0.0.1:0", credentials);
});

after(() => {
  service.stop();
  rmSync(folder, { recursive: true });
});

function options(changed: TlsOptions = {}): TlsOptions {
  return {
    caFile: join(folder, "authority.pem"),
    certFile: join(folder, "client.pem"),
    keyFile: join(folder, "client.key"),
    serverName: NAME,
    ...changed,
  };
}

async function call(tls: TlsOptions | undefined): Promise<void> {
  const client = new RegistryClient({ address: `127.0.0.1:${service.port}`, tls });
  try {
    await client.registry.auth({});
  } finally {
    client.close();
  }
}

test("connects with the right files", () => call(options()));

test("trusts the file that the environment names", async (t) => {
  const environment = { ...process.env };
  t.after(() => (process.env = environment));
  process.env["SSL_CERT_FILE"] = join(folder, "authority.pem");
  await call(options({ caFile: undefined }));
});

describe("does not connect", () => {
  const cases: [name: string, tls: () => TlsOptions | undefined][] = [
    ["with another name", () => options({ serverName: "other.test.example" })],
    ["with the address instead of the name", () => options({ serverName: undefined })],
    ["with the system's authorities", () => options({ caFile: undefined })],
    ["without a certificate", () => options({ certFile: undefined, keyFile: undefined })],
    ["in plain text", () => undefined],
  ];
  for (const [name, tls] of cases) {
    test(name, () => assert.rejects(call(tls()), { code: Code.UNAVAILABLE }));
  }
});

describe("refuses", () => {
  const cases: [name: string, changed: TlsOptions, why: RegExp][] = [
    ["a certificate without its key", { keyFile: undefined }, /go together/],
    ["a key without its certificate", { certFile: undefined }, /go together/],
    ["a file that is not there", { caFile: "/missing" }, /^caFile: cannot read \/missing/],
    ["a certificate that is none", { certFile: SOURCE }, /^certFile: .* holds no PEM/],
    ["a key that is none", { keyFile: SOURCE }, /^keyFile: .* holds no PEM/],
  ];
  for (const [name, changed, why] of cases) {
    test(name, () => {
      const make = (): unknown => new RegistryClient({ address: "a:1", tls: options(changed) });
      assert.throws(make, { name: "TypeError", message: why });
    });
  }

  const files: [name: string, option: keyof TlsOptions, file: string, why: RegExp][] = [
    ["authorities without a certificate", "caFile", "client.key", /^caFile: cannot be used/],
    ["a certificate file without one", "certFile", "client.key", /^certFile: cannot be used/],
    ["a key file without one", "keyFile", "client.pem", /^keyFile: cannot be used/],
    ["another's key", "keyFile", "server.key", /^keyFile: is not the certificate's key/],
  ];
  for (const [name, option, file, why] of files) {
    test(name, () => {
      const tls = options({ [option]: join(folder, file) });
      const make = (): unknown => new RegistryClient({ address: "a:1", tls });
      assert.throws(make, { name: "TypeError", message: why });
    });
  }

  test("TLS over a Unix socket", () => {
    const make = (): unknown => new RegistryClient({ address: "unix:/run/x.sock", tls: {} });
    assert.throws(make, { name: "TypeError", message: /Unix socket/ });
  });
});
