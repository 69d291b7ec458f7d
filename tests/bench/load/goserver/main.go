// Goserver answers registryd's look-ups as a service in Go would that wraps the reference
// implementation, Docker Engine's registry package, with Docker's defaults as its
// configuration.
//
//	goserver ADDRESS INPUTS.json
//
// ADDRESS is a Unix socket's path. INPUTS.json has the addresses of hosts, which stand in
// for DNS.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net"
	"os"
	"path/filepath"
	_ "unsafe" // For go:linkname.

	"github.com/distribution/reference"
	"github.com/docker/docker/registry"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	pb "registryd.dev/client/go/registry/v1"
)

// lookupIP is the package's own hook for its tests: a constant in place of DNS, which the
// package would ask for every call.
//
//go:linkname lookupIP github.com/docker/docker/registry.lookupIP
var lookupIP func(host string) ([]net.IP, error)

type server struct {
	pb.UnimplementedRegistryServiceServer
	service *registry.Service
}

func (s *server) ResolveRepository(_ context.Context, request *pb.ResolveRepositoryRequest) (*pb.ResolveRepositoryResponse, error) {
	named, err := reference.ParseNormalizedNamed(request.GetReference())
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	info, err := s.service.ResolveRepository(named)
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return &pb.ResolveRepositoryResponse{
		ConfigVersion: 1,
		Repository: &pb.RepositoryInfo{
			Name:     info.Name.Name(),
			Official: info.Official,
			Index: &pb.IndexInfo{
				Name:     info.Index.Name,
				Mirrors:  info.Index.Mirrors,
				Secure:   info.Index.Secure,
				Official: info.Index.Official,
			},
		},
	}, nil
}

func (s *server) LookupPullEndpoints(_ context.Context, request *pb.LookupPullEndpointsRequest) (*pb.LookupPullEndpointsResponse, error) {
	endpoints, err := s.endpoints(request.GetReference())
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return &pb.LookupPullEndpointsResponse{Endpoints: endpoints, ConfigVersion: 1}, nil
}

func (s *server) BatchLookupPullEndpoints(_ context.Context, request *pb.BatchLookupPullEndpointsRequest) (*pb.BatchLookupPullEndpointsResponse, error) {
	response := &pb.BatchLookupPullEndpointsResponse{ConfigVersion: 1}
	for _, target := range request.GetTargets() {
		endpoints, err := s.endpoints(target.GetReference())
		result := &pb.PullEndpointsResult{Endpoints: endpoints}
		if err != nil {
			result.Error = &pb.Error{Code: int32(codes.InvalidArgument), Message: err.Error()}
		}
		response.Results = append(response.Results, result)
	}
	return response, nil
}

func (s *server) endpoints(text string) ([]*pb.APIEndpoint, error) {
	named, err := reference.ParseNormalizedNamed(text)
	if err != nil {
		return nil, err
	}
	found, err := s.service.LookupPullEndpoints(reference.Domain(named))
	if err != nil {
		return nil, err
	}
	endpoints := make([]*pb.APIEndpoint, 0, len(found))
	for _, endpoint := range found {
		endpoints = append(endpoints, &pb.APIEndpoint{
			Mirror:       endpoint.Mirror,
			Url:          endpoint.URL.String(),
			Version:      pb.APIVersion_API_VERSION_V2,
			Official:     endpoint.Official,
			TrimHostname: endpoint.TrimHostname,
			TlsConfig: &pb.TLSConfig{
				InsecureSkipVerify: endpoint.TLSConfig.InsecureSkipVerify,
				MinVersion:         pb.TLSVersion_TLS_VERSION_1_2,
			},
		})
	}
	return endpoints, nil
}

// answerFrom reads the hosts of the file and returns their addresses as net.LookupIP does.
func answerFrom(path string) (func(string) ([]net.IP, error), error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var inputs struct{ Hosts map[string][]string }
	if err := json.Unmarshal(text, &inputs); err != nil {
		return nil, err
	}
	table := map[string][]net.IP{}
	for host, addresses := range inputs.Hosts {
		for _, address := range addresses {
			table[host] = append(table[host], net.ParseIP(address))
		}
	}
	return func(host string) ([]net.IP, error) {
		if found, ok := table[host]; ok {
			return found, nil
		}
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}, nil
}

func run(address, inputs string) error {
	// Nobody has certificates, as for registryd.
	registry.SetCertsDir(filepath.Join(filepath.Dir(address), "none"))
	var err error
	if lookupIP, err = answerFrom(inputs); err != nil {
		return err
	}
	service, err := registry.NewService(registry.ServiceOptions{})
	if err != nil {
		return err
	}
	listener, err := net.Listen("unix", address)
	if err != nil {
		return err
	}
	grpcServer := grpc.NewServer()
	pb.RegisterRegistryServiceServer(grpcServer, &server{service: service})
	return grpcServer.Serve(listener)
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: goserver ADDRESS INPUTS.json")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}
