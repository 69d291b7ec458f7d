import { once } from "node:events";
import {
  create,
  fromBinary,
  toBinary,
  type DescMessage,
  type DescMethod,
  type DescMethodClientStreaming,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type DescService,
  type MessageInitShape,
  type MessageShape,
} from "@bufbuild/protobuf";
import { Metadata, type CallOptions as GrpcCallOptions, type Client } from "@grpc/grpc-js";
import { translated } from "./error.js";

/** How one call is made. */
export interface CallOptions {
  /**
   * The call ends with DEADLINE_EXCEEDED after this. Missing: the client's for calls that answer
   * once, none for streams.
   */
  timeoutMs?: number | undefined;
  /** Ends the call with CANCELLED when it is aborted. */
  signal?: AbortSignal | undefined;
}

type UnaryCall<I extends DescMessage, O extends DescMessage> = (
  request: MessageInitShape<I>,
  options?: CallOptions,
) => Promise<MessageShape<O>>;

type ServerStreamingCall<I extends DescMessage, O extends DescMessage> = (
  request: MessageInitShape<I>,
  options?: CallOptions,
) => AsyncIterable<MessageShape<O>>;

type ClientStreamingCall<I extends DescMessage, O extends DescMessage> = (
  requests: AsyncIterable<MessageInitShape<I>> | Iterable<MessageInitShape<I>>,
  options?: CallOptions,
) => Promise<MessageShape<O>>;

/**
 * A function for each method of a service. Requests are messages, or plain objects with the fields
 * that are set. A call that fails rejects, or its iteration throws, with RegistryError.
 *
 * A call that answers with a stream begins with the iteration, and ends when that is left.
 */
export type ServiceClient<S extends DescService> = {
  readonly [M in keyof S["method"]]: S["method"][M] extends DescMethodUnary<infer I, infer O>
    ? UnaryCall<I, O>
    : S["method"][M] extends DescMethodServerStreaming<infer I, infer O>
      ? ServerStreamingCall<I, O>
      : S["method"][M] extends DescMethodClientStreaming<infer I, infer O>
        ? ClientStreamingCall<I, O>
        : never;
};

/** Makes the functions of a service, whose calls go through `client`. */
export function serviceClient<S extends DescService>(
  service: S,
  client: Client,
  timeoutMs: number,
): ServiceClient<S> {
  const functions: Record<string, unknown> = {};
  for (const method of service.methods) {
    const calls = new MethodCalls(client, method);
    switch (method.methodKind) {
      case "unary":
        functions[method.localName] = (
          request: MessageInitShape<DescMessage>,
          options?: CallOptions,
        ) => calls.unary(request, { ...options, timeoutMs: options?.timeoutMs ?? timeoutMs });
        break;
      case "server_streaming":
        functions[method.localName] = calls.serverStreaming.bind(calls);
        break;
      case "client_streaming":
        functions[method.localName] = calls.clientStreaming.bind(calls);
        break;
    }
  }
  return functions as ServiceClient<S>;
}

type Init = MessageInitShape<DescMessage>;
type Message = MessageShape<DescMessage>;

/** A call of gRPC's that can be cancelled. */
interface Cancellable {
  cancel(): void;
}

/** The calls of one method. */
class MethodCalls {
  readonly #client: Client;
  readonly #method: DescMethod;
  readonly #path: string;

  constructor(client: Client, method: DescMethod) {
    this.#client = client;
    this.#method = method;
    this.#path = `/${method.parent.typeName}/${method.name}`;
  }

  unary(request: Init, options: CallOptions): Promise<Message> {
    return new Promise((resolve, reject) => {
      const call = this.#client.makeUnaryRequest(
        this.#path,
        identity,
        this.#parse,
        this.#serialize(request),
        new Metadata(),
        grpcOptions(options),
        settle((error, answer) => {
          unlink();
          if (error) reject(translated(error));
          else resolve(answer);
        }),
      );
      const unlink = link(options.signal, call);
    });
  }

  async *serverStreaming(request: Init, options: CallOptions = {}): AsyncGenerator<Message> {
    const call = this.#client.makeServerStreamRequest(
      this.#path,
      identity,
      this.#parse,
      this.#serialize(request),
      new Metadata(),
      grpcOptions(options),
    );
    // An iteration that was left does not listen any more.
    call.on("error", () => undefined);
    const unlink = link(options.signal, call);
    try {
      yield* call as AsyncIterable<Message>;
    } catch (error) {
      throw translated(error);
    } finally {
      unlink();
      call.cancel();
    }
  }

  clientStreaming(
    requests: AsyncIterable<Init> | Iterable<Init>,
    options: CallOptions = {},
  ): Promise<Message> {
    return new Promise((resolve, reject) => {
      const ended = new AbortController();
      const call = this.#client.makeClientStreamRequest(
        this.#path,
        identity,
        this.#parse,
        new Metadata(),
        grpcOptions(options),
        settle((error, answer) => {
          unlink();
          ended.abort();
          if (error) reject(translated(error));
          else resolve(answer);
        }),
      );
      call.on("error", () => undefined);
      const unlink = link(options.signal, call);
      const send = async (): Promise<void> => {
        for await (const request of requests) {
          if (ended.signal.aborted || options.signal?.aborted) return;
          if (call.write(this.#serialize(request))) continue;
          await once(call, "drain", { signal: ended.signal }).catch(() => undefined);
        }
        if (!ended.signal.aborted) call.end();
      };
      // What the caller's own stream throws is the caller's to see.
      send().catch((error: unknown) => {
        reject(error);
        call.cancel();
      });
    });
  }

  #serialize(request: Init): Buffer {
    const data = toBinary(this.#method.input, create(this.#method.input, request));
    return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  }

  readonly #parse = (data: Buffer): Message => fromBinary(this.#method.output, data);
}

function identity(data: Buffer): Buffer {
  return data;
}

/** gRPC's callback for a call that answers once, with one of the two. */
function settle(
  done: (error: Error | null, answer: Message) => void,
): (error: Error | null, answer?: Message) => void {
  return (error, answer) => done(error, answer as Message);
}

function grpcOptions({ timeoutMs }: CallOptions): GrpcCallOptions {
  return timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
}

/** Cancels the call when the signal is aborted. Returns what ends that. */
function link(signal: AbortSignal | undefined, call: Cancellable): () => void {
  const cancel = (): void => call.cancel();
  if (signal?.aborted) cancel();
  signal?.addEventListener("abort", cancel, { once: true });
  return () => signal?.removeEventListener("abort", cancel);
}
