import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { fromBinary } from "@bufbuild/protobuf";
import {
  Code,
  GetServiceConfigResponseSchema,
  ParseReferenceResponseSchema,
  PushImageLayerRegistryRequestSchema,
  PushImageLayerRegistryResponseSchema,
  RegistryClient,
  RegistryError,
  WatchServiceConfigResponseSchema,
} from "@registryd/client";
import { FakeService, METHODS } from "./fake_service.js";

/** gRPC sends a deadline as a rounded number of units. */
const ROUNDING_MS = 1000;

let service: FakeService;
let client: RegistryClient;

beforeEach(async () => {
  service = await FakeService.start();
  client = new RegistryClient({ address: `127.0.0.1:${service.port}`, userAgent: "tester/1" });
});

afterEach(() => {
  client.close();
  service.stop();
});

/** A method's function, whatever its service. */
function functionOf(name: string): (request: object) => Promise<unknown> {
  const all: Record<string, unknown> = {
    ...client.registry,
    ...client.config,
    ...client.v1Session,
  };
  return all[name] as (request: object) => Promise<unknown>;
}

describe("answers", () => {
  test("arrive", async () => {
    service.answerWith("ParseReference", ParseReferenceResponseSchema, { familiar: "ubuntu" });
    assert.equal(
      (await client.registry.parseReference({ reference: "ubuntu" })).familiar,
      "ubuntu",
    );
    assert.match(service.userAgent, /^tester\/1 /);
  });

  test("hold 64-bit integers as bigint", async () => {
    service.answerWith("GetServiceConfig", GetServiceConfigResponseSchema, { version: 2n ** 63n });
    assert.equal((await client.config.getServiceConfig({})).version, 2n ** 63n);
  });

  test("may be larger than gRPC expects", async () => {
    const tag = "a".repeat(5 << 20);
    service.answerWith("ParseReference", ParseReferenceResponseSchema, { tag });
    assert.equal((await client.registry.parseReference({})).tag, tag);
  });

  test("come from the service that the environment names", async (t) => {
    const environment = { ...process.env };
    t.after(() => (process.env = environment));
    process.env["REGISTRYD_ADDRESS"] = `127.0.0.1:${service.port}`;
    const other = new RegistryClient();
    await other.registry.parseReference({});
    other.close();
    assert.deepEqual(service.calls, ["ParseReference"]);
  });
});

describe("over a Unix socket", () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), "registryd-"))));
  after(() => rmSync(folder, { recursive: true }));

  for (const name of ["plain.sock", "odd name%20#.sock"]) {
    test(`${name} is reached`, async () => {
      const path = join(folder, name);
      const local = await FakeService.start(`unix:${path}`);
      const other = new RegistryClient({ address: `unix:${path}` });
      await other.registry.parseReference({});
      other.close();
      local.stop();
      assert.deepEqual(local.calls, ["ParseReference"]);
    });
  }
});

describe("when the service is not to be reached", () => {
  const cases: [method: string, attempts: number][] = [
    ["ResolveRepository", 3],
    ["LookupPullEndpoints", 3],
    ["GetServiceConfig", 3],
    ["Auth", 1],
    ["PingV2Registry", 1],
    ["Search", 1],
    ["CommitServiceConfig", 1],
    ["LoadMirrors", 1],
    ["CreateSession", 1],
    ["GetRemoteTags", 1],
  ];
  for (const [method, attempts] of cases) {
    test(`${method} is tried ${attempts} times`, async () => {
      service.fail(method, Code.UNAVAILABLE, "later");
      const name = METHODS.find((known) => known.name === method)?.localName ?? "";
      await assert.rejects(functionOf(name)({}), { code: Code.UNAVAILABLE });
      assert.deepEqual(service.calls, Array<string>(attempts).fill(method));
    });
  }

  test("a watch is tried 3 times", async () => {
    service.fail("WatchServiceConfig", Code.UNAVAILABLE, "later");
    await assert.rejects(first(client.config.watchServiceConfig({})), { code: Code.UNAVAILABLE });
    assert.deepEqual(service.calls, Array<string>(3).fill("WatchServiceConfig"));
  });

  test("other failures are not repeated", async () => {
    service.fail("ParseReference", Code.INTERNAL, "a fault");
    await assert.rejects(client.registry.parseReference({}), { code: Code.INTERNAL });
    assert.deepEqual(service.calls, ["ParseReference"]);
  });
});

async function first<T>(items: AsyncIterable<T>): Promise<T | undefined> {
  for await (const item of items) return item;
  return undefined;
}

describe("deadlines", () => {
  test("are 5 seconds by default", async () => {
    const begin = Date.now();
    await client.registry.parseReference({});
    assert.ok(
      service.deadline > begin + 4000 && service.deadline <= Date.now() + 5000 + ROUNDING_MS,
    );
  });

  test("may be a call's own", async () => {
    const begin = Date.now();
    await client.registry.parseReference({}, { timeoutMs: 60_000 });
    assert.ok(
      service.deadline > begin + 50_000 && service.deadline <= Date.now() + 60_000 + ROUNDING_MS,
    );
  });

  test("may be the client's", async () => {
    const other = new RegistryClient({ address: `127.0.0.1:${service.port}`, timeoutMs: 100_000 });
    const begin = Date.now();
    await other.registry.parseReference({});
    other.close();
    assert.ok(
      service.deadline > begin + 90_000 && service.deadline <= Date.now() + 100_000 + ROUNDING_MS,
    );
  });

  test("are not set for streams", async () => {
    await first(client.config.watchServiceConfig({}));
    assert.equal(service.deadline, Infinity);
    await client.v1Session.pushImageLayerRegistry([]);
    assert.equal(service.deadline, Infinity);
  });

  test("pass", async () => {
    service.answer("Auth", () => undefined);
    const call = client.registry.auth({}, { timeoutMs: 50 });
    await assert.rejects(call, { code: Code.DEADLINE_EXCEEDED, codeName: "DEADLINE_EXCEEDED" });
  });

  for (const timeoutMs of [0, -1, NaN]) {
    test(`cannot be ${timeoutMs} for a client`, () => {
      assert.throws(() => new RegistryClient({ timeoutMs }), /timeoutMs/);
    });
  }
});

describe("cancellation", () => {
  test("of a call", async () => {
    const aborter = new AbortController();
    service.answer("Auth", () => {
      aborter.abort();
      return undefined;
    });
    const cancelled = service.cancelled();
    const call = client.registry.auth({}, { signal: aborter.signal });
    await assert.rejects(call, { name: "RegistryError", code: Code.CANCELLED });
    await cancelled;
  });

  test("before a call", async () => {
    const call = client.registry.auth({}, { signal: AbortSignal.abort() });
    await assert.rejects(call, { code: Code.CANCELLED });
  });

  test("of a watch", async () => {
    const aborter = new AbortController();
    service.answerWith("WatchServiceConfig", WatchServiceConfigResponseSchema, { version: 7n });
    const cancelled = service.cancelled();
    const versions: bigint[] = [];
    const watch = async (): Promise<void> => {
      for await (const { version } of client.config.watchServiceConfig({}, aborter)) {
        versions.push(version);
        aborter.abort();
      }
    };
    await assert.rejects(watch(), { name: "RegistryError", code: Code.CANCELLED });
    assert.deepEqual(versions, [7n]);
    await cancelled;
  });

  test("by leaving a watch's loop", async () => {
    const cancelled = service.cancelled();
    await first(client.config.watchServiceConfig({}));
    await cancelled;
  });

  test("of an upload", async () => {
    const aborter = new AbortController();
    const begun = service.begun();
    const cancelled = service.cancelled();
    async function* parts() {
      yield { part: { case: "chunk" as const, value: new Uint8Array(1 << 20) } };
      await begun;
      aborter.abort();
      yield {};
      assert.fail("read on after the end of the call");
    }
    const call = client.v1Session.pushImageLayerRegistry(parts(), { signal: aborter.signal });
    await assert.rejects(call, { code: Code.CANCELLED });
    await cancelled;
  });
});

describe("streams", () => {
  test("that fail throw", async () => {
    service.fail("WatchServiceConfig", Code.RESOURCE_EXHAUSTED, "many");
    const error: unknown = await first(client.config.watchServiceConfig({})).catch(
      (e: unknown) => e,
    );
    assert.ok(error instanceof RegistryError);
    assert.equal(error.message, "many");
  });

  test("carry an upload", async () => {
    service.answerWith("PushImageLayerRegistry", PushImageLayerRegistryResponseSchema, {
      checksum: "sum",
    });
    const parts = Array.from({ length: 64 }, (_, index) => ({
      part: { case: "chunk" as const, value: new Uint8Array(16 << 10).fill(index) },
    }));
    const answer = await client.v1Session.pushImageLayerRegistry(parts);
    assert.equal(answer.checksum, "sum");
  });

  test("carry an upload's messages as they are", async () => {
    let got = "";
    service.answer("PushImageLayerRegistry", (request) => {
      const { part } = fromBinary(PushImageLayerRegistryRequestSchema, request);
      if (part.case === "chunk") got = Buffer.from(part.value).toString();
      return Buffer.alloc(0);
    });
    const value = Buffer.from("layer");
    await client.v1Session.pushImageLayerRegistry([{ part: { case: "chunk", value } }]);
    assert.equal(got, "layer");
  });

  test("pass on what the caller's own stream throws", async () => {
    const fault = new Error("the caller's");
    const begun = service.begun();
    const cancelled = service.cancelled();
    async function* parts() {
      yield {};
      await begun;
      throw fault;
    }
    await assert.rejects(client.v1Session.pushImageLayerRegistry(parts()), fault);
    await cancelled;
  });

  test("of an upload end when the service ends them", async () => {
    service.fail("PushImageLayerRegistry", Code.NOT_FOUND, "no session");
    await assert.rejects(client.v1Session.pushImageLayerRegistry([]), { message: "no session" });
  });
});

test("every method has a function", () => {
  for (const method of METHODS) {
    assert.equal(typeof functionOf(method.localName), "function", method.name);
  }
});
