// Command resolve prints which repository `ubuntu` means, and where to pull it
// from.
package main

import (
	"context"
	"fmt"
	"log"

	registryd "registryd.dev/client/go"
	registryv1 "registryd.dev/client/go/registry/v1"
)

func main() {
	log.SetFlags(0)
	client, err := registryd.New(registryd.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	ctx := context.Background()

	found, err := client.Registry().ResolveRepository(ctx, &registryv1.ResolveRepositoryRequest{Reference: "ubuntu"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(found.GetRepository().GetName())

	answer, err := client.Registry().LookupPullEndpoints(ctx, &registryv1.LookupPullEndpointsRequest{
		Target: &registryv1.LookupPullEndpointsRequest_Reference{Reference: "ubuntu"},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, endpoint := range answer.GetEndpoints() {
		fmt.Println(endpoint.GetUrl())
	}
}
