package registryd_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"google.golang.org/grpc/codes"

	registryd "registryd.dev/client/go"
	registryv1 "registryd.dev/client/go/registry/v1"
)

// Which repository does `ubuntu` mean?
func Example() {
	client, err := registryd.New(registryd.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	answer, err := client.Registry().ResolveRepository(context.Background(),
		&registryv1.ResolveRepositoryRequest{Reference: "ubuntu"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answer.GetRepository().GetName())
}

func ExampleNew_tls() {
	client, err := registryd.New(registryd.Options{
		Address: "registryd.example:50051",
		TLS: &registryd.TLSOptions{
			CAFile:   "/etc/registryd/ca.pem",
			CertFile: "/etc/registryd/client.pem",
			KeyFile:  "/etc/registryd/client.key",
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
}

// A call that asks a registry wants more time than others.
func ExampleClient_Registry_deadline() {
	client, err := registryd.New(registryd.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	answer, err := client.Registry().Search(ctx, &registryv1.SearchRequest{Term: "nginx"})
	if err != nil {
		log.Fatal(err)
	}
	for _, result := range answer.GetResults() {
		fmt.Println(result.GetName())
	}
}

func ExampleRegistryError() {
	// What a call returned.
	var err error = &registryd.RegistryError{
		Code:            codes.InvalidArgument,
		Reason:          "REFERENCE_INVALID",
		FieldViolations: []registryd.FieldViolation{{Field: "reference", Description: "invalid reference format"}},
	}
	var failure *registryd.RegistryError
	if errors.As(err, &failure) {
		for _, violation := range failure.FieldViolations {
			fmt.Printf("%s: %s\n", violation.Field, violation.Description)
		}
	}
	// Output:
	// reference: invalid reference format
}

func ExampleReason() {
	var err error = &registryd.RegistryError{Code: codes.Aborted, Reason: "CONFIG_VERSION_MISMATCH"}
	fmt.Println(registryd.Reason(fmt.Errorf("change mirrors: %w", err)))
	// Output:
	// CONFIG_VERSION_MISMATCH
}
