import {
  create,
  toBinary,
  type DescMessage,
  type DescMethod,
  type MessageInitShape,
} from "@bufbuild/protobuf";
import {
  Metadata,
  Server,
  ServerCredentials,
  type sendUnaryData,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
} from "@grpc/grpc-js";
import { Code, ConfigService, RegistryService, V1SessionService } from "@registryd/client";

/** The answer to a request, or how the call ends. Undefined: the call gets no answer. */
export type Answer = (request: Buffer) => Buffer | Failure | undefined;

export interface Failure {
  code: Code;
  details: string;
  metadata?: Metadata;
}

export const METHODS: DescMethod[] = [RegistryService, ConfigService, V1SessionService].flatMap(
  (service) => service.methods,
);

/** What calls of all kinds have. */
interface Call {
  readonly metadata: Metadata;
  getDeadline(): Date | number;
  on(event: "cancelled", listener: () => void): unknown;
}

/** A service within the test's process, which answers as the test says: by default emptily. */
export class FakeService {
  /** The methods that were called, in order. */
  readonly calls: string[] = [];
  /** When the last call has to have ended, in milliseconds since 1970. */
  deadline = 0;
  userAgent = "";
  port = 0;
  readonly #answers = new Map<string, Answer>();
  readonly #begun: (() => void)[] = [];
  readonly #cancelled: (() => void)[] = [];
  readonly #server = new Server({ "grpc.max_send_message_length": -1 });

  static async start(
    address = "127.0.0.1:0",
    credentials = ServerCredentials.createInsecure(),
  ): Promise<FakeService> {
    const service = new FakeService();
    for (const method of METHODS) service.#register(method);
    service.port = await new Promise((resolve, reject) => {
      service.#server.bindAsync(address, credentials, (error, port) =>
        error ? reject(error) : resolve(port),
      );
    });
    return service;
  }

  stop(): void {
    this.#server.forceShutdown();
  }

  answer(method: string, answer: Answer): void {
    this.#answers.set(method, answer);
  }

  answerWith<Desc extends DescMessage>(
    method: string,
    schema: Desc,
    message: MessageInitShape<Desc>,
  ): void {
    const data = Buffer.from(toBinary(schema, create(schema, message)));
    this.answer(method, () => data);
  }

  fail(method: string, code: Code, details: string, statusDetails?: Uint8Array): void {
    const metadata = new Metadata();
    if (statusDetails) metadata.set("grpc-status-details-bin", Buffer.from(statusDetails));
    this.answer(method, () => ({ code, details, metadata }));
  }

  /** Waits until a call has begun. */
  begun(): Promise<void> {
    return new Promise((resolve) => this.#begun.push(resolve));
  }

  /** Waits until a call that has begun was cancelled. */
  cancelled(): Promise<void> {
    return new Promise((resolve) => this.#cancelled.push(resolve));
  }

  #register(method: DescMethod): void {
    const path = `/${method.parent.typeName}/${method.name}`;
    const same = (data: Buffer): Buffer => data;
    switch (method.methodKind) {
      case "unary":
        this.#server.register(path, this.#unary(method.name), same, same, "unary");
        break;
      case "server_streaming":
        this.#server.register(path, this.#serverStream(method.name), same, same, "serverStream");
        break;
      case "client_streaming":
        this.#server.register(path, this.#clientStream(method.name), same, same, "clientStream");
        break;
      default:
        throw new Error(`no such methods are expected: ${path}`);
    }
  }

  #unary(name: string) {
    return (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>): void => {
      this.#begin(name, call);
      this.#end(name, call.request, callback);
    };
  }

  /** Sends the answer, and keeps the stream open. */
  #serverStream(name: string) {
    return (call: ServerWritableStream<Buffer, Buffer>): void => {
      this.#begin(name, call);
      const answer = this.#answer(name, call.request);
      if (answer instanceof Uint8Array) call.write(answer);
      else if (answer) call.emit("error", answer);
    };
  }

  #clientStream(name: string) {
    return (call: ServerReadableStream<Buffer, Buffer>, callback: sendUnaryData<Buffer>): void => {
      this.#begin(name, call);
      const parts: Buffer[] = [];
      call.on("data", (part: Buffer) => parts.push(part));
      call.on("end", () => this.#end(name, Buffer.concat(parts), callback));
    };
  }

  #begin(name: string, call: Call): void {
    this.calls.push(name);
    this.deadline = Number(call.getDeadline());
    this.userAgent = String(call.metadata.get("user-agent")[0]);
    call.on("cancelled", () => this.#cancelled.splice(0).forEach((resolve) => resolve()));
    this.#begun.splice(0).forEach((resolve) => resolve());
  }

  #answer(name: string, request: Buffer): Buffer | Failure | undefined {
    return (this.#answers.get(name) ?? ((): Buffer => Buffer.alloc(0)))(request);
  }

  #end(name: string, request: Buffer, callback: sendUnaryData<Buffer>): void {
    const answer = this.#answer(name, request);
    if (answer instanceof Uint8Array) callback(null, answer);
    else if (answer) callback(answer);
  }
}
