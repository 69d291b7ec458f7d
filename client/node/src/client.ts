import { Client } from "@grpc/grpc-js";
import { dialling, type ClientOptions } from "./dialling.js";
import { ConfigService } from "./generated/registry/v1/config_service_pb.js";
import { RegistryService } from "./generated/registry/v1/registry_service_pb.js";
import { V1SessionService } from "./generated/registry/v1/v1_session_service_pb.js";
import { serviceClient, type ServiceClient } from "./service_client.js";

const DEFAULT_TIMEOUT_MS = 5000;

/**
 * A connection to registryd, made with the first call.
 *
 *     const client = new RegistryClient();
 *     const found = await client.registry.resolveRepository({ reference: "ubuntu" });
 *     client.close();
 *
 * What each call does, and how it fails, stands in the documentation of the services.
 *
 * Calls that only read are repeated when the service is not to be reached (UNAVAILABLE): twice at
 * most, within their deadline, and less if that rarely helps. Proxies of the environment are not
 * used.
 *
 * A peer that is silent for 30 seconds is pinged. If it does not answer within 20 more, what is under
 * way ends with UNAVAILABLE.
 */
export class RegistryClient {
  readonly registry: ServiceClient<typeof RegistryService>;
  readonly config: ServiceClient<typeof ConfigService>;
  readonly v1Session: ServiceClient<typeof V1SessionService>;
  readonly #client: Client;

  /**
   * Throws a TypeError if the address or the combination of options makes no sense, or a file is
   * not usable; the message names the option.
   */
  constructor(options: ClientOptions = {}) {
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    if (!(timeoutMs > 0)) throw new TypeError("timeoutMs: must be positive");
    const how = dialling(options);
    this.#client = new Client(how.target, how.credentials, how.options);
    this.registry = serviceClient(RegistryService, this.#client, timeoutMs);
    this.config = serviceClient(ConfigService, this.#client, timeoutMs);
    this.v1Session = serviceClient(V1SessionService, this.#client, timeoutMs);
  }

  /** Ends the connection once the calls that are under way have ended. */
  close(): void {
    this.#client.close();
  }
}
