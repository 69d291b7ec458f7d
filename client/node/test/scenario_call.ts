// Takes the steps of one scenario through the client, and prints a line for each.
//
// usage: node scenario_call.js CONTEXT.json SCENARIO.json
//
// tests/scenarios/README.md says what the files hold and what is printed.
import { readFileSync } from "node:fs";
import {
  fromJson,
  toJson,
  type DescMethod,
  type JsonObject,
  type JsonValue,
  type MessageShape,
  type DescMessage,
} from "@bufbuild/protobuf";
import { Code, RegistryClient, RegistryError } from "@registryd/client";
import { METHODS } from "./fake_service.js";

interface Connection {
  address: string;
  ca?: string;
  cert?: string;
  key?: string;
}

interface Context {
  connections: Record<string, Connection>;
  values: Record<string, string>;
}

interface Step {
  name: string;
  service?: string;
  call?: string;
  request?: JsonObject;
  connection?: string;
  timeout_ms?: number;
  keep?: Record<string, string>;
  hide?: string[];
  open?: string;
  next?: string;
  cancel?: string;
}

interface Stream {
  method: DescMethod;
  aborter: AbortController;
  messages: AsyncIterator<MessageShape<DescMessage>>;
}

type Call = (request: unknown, options: object) => unknown;

function refuse(why: string): never {
  console.error(`scenario_call: ${why}`);
  process.exit(2);
}

function shownError(error: RegistryError): JsonObject {
  const shown: JsonObject = { code: error.codeName };
  if (error.code === Code.DEADLINE_EXCEEDED || error.code === Code.CANCELLED) return shown;
  if (error.code !== Code.UNAVAILABLE) shown["message"] = error.message;
  if (error.domain) shown["domain"] = error.domain;
  if (error.reason) shown["reason"] = error.reason;
  if (Object.keys(error.metadata).length > 0) shown["metadata"] = { ...error.metadata };
  const fields = error.fieldViolations.map(({ field }) => field);
  if (fields.length > 0) shown["fields"] = fields;
  if (error.retryDelayMs !== undefined) shown["retryDelay"] = `${error.retryDelayMs / 1000}s`;
  return shown;
}

class Scenario {
  readonly #context: Context;
  readonly #clients = new Map<string, RegistryClient>();
  readonly #streams = new Map<string, Stream>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** What the line of a step says besides its name. */
  async take(step: Step): Promise<JsonObject> {
    try {
      if (step.open !== undefined) return this.#open(step, step.open);
      if (step.next !== undefined) return await this.#next(step, this.#stream(step.next));
      if (step.cancel !== undefined) return await this.#cancel(this.#stream(step.cancel));
      if (step.call !== undefined) return await this.#ask(step);
    } catch (error) {
      if (error instanceof RegistryError) return { error: shownError(error) };
      throw error;
    }
    return refuse(`what does this step mean? ${JSON.stringify(step)}`);
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
  }

  #client(name = "unix"): RegistryClient {
    let client = this.#clients.get(name);
    if (client) return client;
    const connection = this.#context.connections[name] ?? refuse(`no connection ${name}`);
    const { address, ca, cert, key } = connection;
    const tls = ca === undefined ? undefined : { caFile: ca, certFile: cert, keyFile: key };
    client = new RegistryClient({ address, tls });
    this.#clients.set(name, client);
    return client;
  }

  /** The method and the function of a step, and its request. */
  #prepared(step: Step): [DescMethod, Call, MessageShape<DescMessage>] {
    const client = this.#client(step.connection);
    const services = new Map<string | undefined, object>([
      ["RegistryService", client.registry],
      ["ConfigService", client.config],
      ["V1SessionService", client.v1Session],
    ]);
    const method = METHODS.find(
      ({ name, parent }) => name === step.call && parent.name === step.service,
    );
    const functions = services.get(step.service) as Record<string, Call> | undefined;
    const call = functions?.[method?.localName ?? ""];
    if (!method || !call) return refuse(`there is no call ${step.service}.${step.call}`);
    return [method, call, fromJson(method.input, this.#filled(step.request ?? {}))];
  }

  async #ask(step: Step): Promise<JsonObject> {
    const [method, call, request] = this.#prepared(step);
    const answer = await call(request, { timeoutMs: step.timeout_ms });
    return this.#shown(step, method, answer as MessageShape<DescMessage>);
  }

  #open(step: Step, name: string): JsonObject {
    const [method, call, request] = this.#prepared(step);
    const aborter = new AbortController();
    const messages = call(request, aborter) as AsyncIterable<MessageShape<DescMessage>>;
    this.#streams.set(name, { method, aborter, messages: messages[Symbol.asyncIterator]() });
    return { opened: name };
  }

  #stream(name: string): Stream {
    return this.#streams.get(name) ?? refuse(`nothing was opened as ${name}`);
  }

  async #next(step: Step, { method, messages }: Stream): Promise<JsonObject> {
    const { value, done } = await messages.next();
    return done ? { ended: true } : this.#shown(step, method, value);
  }

  async #cancel({ aborter, messages }: Stream): Promise<JsonObject> {
    aborter.abort();
    while (!(await messages.next()).done);
    return { ended: true };
  }

  #shown(step: Step, method: DescMethod, answer: MessageShape<DescMessage>): JsonObject {
    const response = toJson(method.output, answer) as JsonObject;
    for (const [name, field] of Object.entries(step.keep ?? {})) {
      this.#context.values[name] = String(response[field] ?? "");
    }
    for (const field of step.hide ?? []) {
      if (field in response) response[field] = "*";
    }
    return { response };
  }

  #filled(value: JsonValue): JsonValue {
    if (typeof value === "string") {
      const { values } = this.#context;
      return value.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => values[name] ?? whole);
    }
    if (Array.isArray(value)) return value.map((item) => this.#filled(item));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, this.#filled(item)]),
    );
  }
}

/** The value with the keys of all objects in order. */
function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  // JavaScript compares UTF-16 units; bytes of UTF-8 are in the order of code points.
  const byCodePoint = ([a]: [string, unknown], [b]: [string, unknown]): number =>
    Buffer.compare(Buffer.from(a), Buffer.from(b));
  const entries = Object.entries(value).sort(byCodePoint);
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}

const [context, script] = process.argv
  .slice(2)
  .map((path) => JSON.parse(readFileSync(path, "utf8")));
if (!context || !script) refuse("usage: scenario_call CONTEXT.json SCENARIO.json");
const scenario = new Scenario(context as Context);
for (const step of (script as { steps: Step[] }).steps) {
  console.log(JSON.stringify(sorted({ step: step.name, ...(await scenario.take(step)) })));
}
scenario.close();
