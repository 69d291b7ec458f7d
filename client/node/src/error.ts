import { fromBinary, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { status, type Metadata, type ServiceError } from "@grpc/grpc-js";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
  StatusSchema,
  type RetryInfo,
  type Status,
} from "./generated/status_details_pb.js";

/** The domain of the reasons that registryd gives. */
export const ERROR_DOMAIN = "registry.v1";

const DETAILS_KEY = "grpc-status-details-bin";

/** One field of a request that the service did not accept. */
export interface FieldViolation {
  /** From the request's top: `options.mirrors[1]`. */
  readonly field: string;
  /** For people. */
  readonly description: string;
}

/** What a failure says besides its code and message. Text comes from the service as it is. */
export interface ErrorDetails {
  /** What happened, for programs: `REFERENCE_INVALID`. Empty: not stated. */
  readonly reason: string;
  /** Who gives `reason` its meaning: `registry.v1` for registryd. */
  readonly domain: string;
  /** What the reason is about. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The request's fields that were not accepted. */
  readonly fieldViolations: readonly FieldViolation[];
  /** How long to wait before trying again. Never negative. Undefined: not stated. */
  readonly retryDelayMs: number | undefined;
}

/**
 * A call failed: what the service said, or gRPC where the service did not answer. `code` says what
 * to do, `reason` what happened. What the service left out, or what cannot be read, is empty.
 */
export class RegistryError extends Error implements ErrorDetails {
  override readonly name = "RegistryError";
  readonly reason: string;
  readonly domain: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly fieldViolations: readonly FieldViolation[];
  readonly retryDelayMs: number | undefined;

  constructor(
    /** gRPC's code. */
    readonly code: status,
    message: string,
    details: Partial<ErrorDetails> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.reason = details.reason ?? "";
    this.domain = details.domain ?? "";
    this.metadata = details.metadata ?? {};
    this.fieldViolations = details.fieldViolations ?? [];
    this.retryDelayMs = details.retryDelayMs;
  }

  /** The name of `code`: `INVALID_ARGUMENT`. */
  get codeName(): string {
    return status[this.code];
  }
}

/** What a call failed with, as RegistryError if it comes from gRPC. */
export function translated(error: unknown): unknown {
  if (!isServiceError(error)) return error;
  return new RegistryError(error.code, error.details, detailsOf(error.metadata), { cause: error });
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && "details" in error && "metadata" in error;
}

function detailsOf(metadata: Metadata): ErrorDetails {
  const [data] = metadata.get(DETAILS_KEY);
  const carried = data instanceof Uint8Array ? parsed(StatusSchema, data) : undefined;
  const info = first(carried, "google.rpc.ErrorInfo", ErrorInfoSchema);
  const request = first(carried, "google.rpc.BadRequest", BadRequestSchema);
  return {
    reason: info?.reason ?? "",
    domain: info?.domain ?? "",
    metadata: { ...info?.metadata },
    fieldViolations: (request?.fieldViolations ?? []).map(({ field, description }) => ({
      field,
      description,
    })),
    retryDelayMs: milliseconds(first(carried, "google.rpc.RetryInfo", RetryInfoSchema)),
  };
}

/** The first detail of a type. Undefined if there is none, or if it cannot be read. */
function first<Desc extends DescMessage>(
  carried: Status | undefined,
  type: string,
  schema: Desc,
): MessageShape<Desc> | undefined {
  const detail = carried?.details.find(({ typeUrl }) => typeUrl.split("/").at(-1) === type);
  return detail && parsed(schema, detail.value);
}

function parsed<Desc extends DescMessage>(
  schema: Desc,
  data: Uint8Array,
): MessageShape<Desc> | undefined {
  try {
    return fromBinary(schema, data);
  } catch {
    return undefined;
  }
}

function milliseconds(info: RetryInfo | undefined): number | undefined {
  if (info?.retryDelay === undefined) return undefined;
  return Math.max(0, Number(info.retryDelay.seconds) * 1e3 + info.retryDelay.nanos / 1e6);
}
