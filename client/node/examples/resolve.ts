// Prints which repository `ubuntu` means, and where to pull it from.
import { RegistryClient, RegistryError } from "@registryd/client";

const client = new RegistryClient();
try {
  const found = await client.registry.resolveRepository({ reference: "ubuntu" });
  console.log(found.repository?.name);
  const { endpoints } = await client.registry.lookupPullEndpoints({
    target: { case: "reference", value: "ubuntu" },
  });
  for (const endpoint of endpoints) console.log(endpoint.url);
} catch (error) {
  if (!(error instanceof RegistryError)) throw error;
  console.error(`${error.codeName} ${error.reason}: ${error.message}`);
  process.exitCode = 1;
} finally {
  client.close();
}
