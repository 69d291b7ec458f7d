import assert from "node:assert/strict";
import { describe, test, type TestContext } from "node:test";
import { create, toBinary, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, RegistryClient, RegistryError } from "@registryd/client";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
  StatusSchema,
} from "../dist/generated/status_details_pb.js";
import { FakeService } from "./fake_service.js";

interface Detail {
  typeUrl: string;
  value: Uint8Array;
}

function raw(type: string, value: number[]): Detail {
  return { typeUrl: `type.googleapis.com/${type}`, value: Uint8Array.from(value) };
}

function detail<Desc extends DescMessage>(schema: Desc, message: MessageInitShape<Desc>): Detail {
  const value = toBinary(schema, create(schema, message));
  return { typeUrl: `type.googleapis.com/google.rpc.${schema.name}`, value };
}

function status(details: Detail[]): Uint8Array {
  return toBinary(StatusSchema, create(StatusSchema, { details }));
}

const INFO = detail(ErrorInfoSchema, {
  reason: "REFERENCE_INVALID",
  domain: "registry.v1",
  metadata: { a: "b" },
});
const VIOLATIONS = detail(BadRequestSchema, {
  fieldViolations: [{ field: "reference", description: "no colon" }, { field: "other" }],
});

/** The error that a call ends with whose status has these details. */
async function errorOf(t: TestContext, details?: Uint8Array): Promise<RegistryError> {
  const service = await FakeService.start();
  const client = new RegistryClient({ address: `127.0.0.1:${service.port}` });
  t.after(() => {
    client.close();
    service.stop();
  });
  service.fail("ParseReference", Code.INVALID_ARGUMENT, "what", details);
  const error: unknown = await client.registry.parseReference({}).catch((error: unknown) => error);
  assert.ok(error instanceof RegistryError);
  return error;
}

test("an error carries all details", async (t) => {
  const delay = detail(RetryInfoSchema, { retryDelay: { seconds: 1n, nanos: 500_000_000 } });
  const error = await errorOf(t, status([INFO, VIOLATIONS, delay]));
  assert.ok(error instanceof Error);
  assert.equal(error.code, Code.INVALID_ARGUMENT);
  assert.equal(error.codeName, "INVALID_ARGUMENT");
  assert.equal(String(error), "RegistryError: what");
  assert.equal(error.reason, "REFERENCE_INVALID");
  assert.equal(error.domain, "registry.v1");
  assert.deepEqual(error.metadata, { a: "b" });
  assert.deepEqual(error.fieldViolations, [
    { field: "reference", description: "no colon" },
    { field: "other", description: "" },
  ]);
  assert.equal(error.retryDelayMs, 1500);
  assert.ok(error.cause instanceof Error);
});

describe("what cannot be read is empty:", () => {
  const cases: [name: string, details: Uint8Array | undefined][] = [
    ["none", undefined],
    ["not a status", Uint8Array.from([0xff, 0xff])],
    ["an empty status", status([])],
    ["not an ErrorInfo", status([raw("google.rpc.ErrorInfo", [0xff])])],
    ["not a BadRequest", status([raw("google.rpc.BadRequest", [0xff])])],
    ["not a RetryInfo", status([raw("google.rpc.RetryInfo", [0xff])])],
    ["another message", status([raw("google.rpc.Help", [])])],
    ["a name that only ends alike", status([{ ...INFO, typeUrl: "x/not.google.rpc.ErrorInfo" }])],
  ];
  for (const [name, details] of cases) {
    test(name, async (t) => {
      const error = await errorOf(t, details);
      assert.equal(error.code, Code.INVALID_ARGUMENT);
      assert.equal(error.message, "what");
      assert.equal(error.reason, "");
      assert.equal(error.domain, "");
      assert.deepEqual(error.metadata, {});
      assert.deepEqual(error.fieldViolations, []);
      assert.equal(error.retryDelayMs, undefined);
    });
  }
});

test("a malformed detail leaves the others", async (t) => {
  const error = await errorOf(t, status([raw("google.rpc.BadRequest", [0xff]), INFO]));
  assert.equal(error.reason, "REFERENCE_INVALID");
});

test("the first detail of a kind counts", async (t) => {
  const error = await errorOf(t, status([INFO, detail(ErrorInfoSchema, { reason: "SECOND" })]));
  assert.equal(error.reason, "REFERENCE_INVALID");
});

describe("the delay before trying again:", () => {
  const cases: [name: string, seconds: bigint, nanos: number, want: number][] = [
    ["zero", 0n, 0, 0],
    ["negative", -1n, 0, 0],
    ["short", 0n, 1_000, 0.001],
  ];
  for (const [name, seconds, nanos, want] of cases) {
    test(name, async (t) => {
      const info = detail(RetryInfoSchema, { retryDelay: { seconds, nanos } });
      assert.equal((await errorOf(t, status([info]))).retryDelayMs, want);
    });
  }
});

test("a service that is not there", async () => {
  const service = await FakeService.start();
  service.stop();
  const client = new RegistryClient({ address: `127.0.0.1:${service.port}` });
  await assert.rejects(client.registry.auth({}), { code: Code.UNAVAILABLE, reason: "" });
  client.close();
});
