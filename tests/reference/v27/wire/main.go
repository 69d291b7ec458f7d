// Makes the call of one wire scenario with Docker Engine's own registry package.
//
// usage: wire SCENARIO.json HOST:PORT
//
// What is printed is one line of JSON, in the form that the wire scenarios' README
// describes; an error carries its kind as "class".
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"sort"
	"strings"

	"github.com/docker/distribution/registry/client/transport"
	"github.com/docker/docker/api/types/filters"
	registrytypes "github.com/docker/docker/api/types/registry"
	"github.com/docker/docker/errdefs"
	"github.com/docker/docker/registry"
)

// alone keeps the questions for names on this machine: only /etc/hosts answers.
func alone(context.Context, string, string) (net.Conn, error) {
	return nil, errors.New("names are not asked of a server")
}

type credentials struct {
	Username      string `json:"username"`
	Password      string `json:"password"`
	Auth          string `json:"auth"`
	Email         string `json:"email"`
	ServerAddress string `json:"serveraddress"`
	IdentityToken string `json:"identitytoken"`
	RegistryToken string `json:"registrytoken"`
}

func (c *credentials) config() *registrytypes.AuthConfig {
	if c == nil {
		return nil
	}
	return &registrytypes.AuthConfig{
		Username:      c.Username,
		Password:      c.Password,
		Auth:          c.Auth,
		Email:         c.Email,
		ServerAddress: c.ServerAddress,
		IdentityToken: c.IdentityToken,
		RegistryToken: c.RegistryToken,
	}
}

type scenario struct {
	Call string `json:"call"`
	In   struct {
		Auth      *credentials        `json:"auth"`
		UserAgent string              `json:"user_agent"`
		URL       string              `json:"url"`
		Term      string              `json:"term"`
		Limit     int                 `json:"limit"`
		Filters   map[string][]string `json:"filters"`
		Headers   map[string][]string `json:"headers"`
	} `json:"in"`
}

type object map[string]any

// kind names what the package says of an error, and the gRPC code that it means.
func kind(err error) (class, code string) {
	switch {
	case errdefs.IsInvalidParameter(err):
		return "invalid_parameter", "INVALID_ARGUMENT"
	case errdefs.IsUnauthorized(err):
		return "unauthorized", "UNAUTHENTICATED"
	case errdefs.IsSystem(err):
		return "system", "UNKNOWN"
	case errdefs.IsUnknown(err):
		return "unknown", "UNKNOWN"
	}
	return "plain", "UNKNOWN"
}

func failure(err error) object {
	class, code := kind(err)
	return object{"error": err.Error(), "class": class, "code": code}
}

func login(service *registry.Service, s *scenario) object {
	config := s.In.Auth.config()
	if config == nil {
		config = &registrytypes.AuthConfig{}
	}
	status, token, err := service.Auth(context.Background(), config, s.In.UserAgent)
	if err != nil {
		return failure(err)
	}
	return object{"status": status, "identity_token": token}
}

func ping(s *scenario) object {
	endpoint, err := url.Parse(s.In.URL)
	if err != nil {
		return failure(err)
	}
	roundTripper := transport.NewTransport(&http.Transport{DisableKeepAlives: true},
		registry.Headers(s.In.UserAgent, nil)...)
	manager, err := registry.PingV2Registry(endpoint, roundTripper)
	if err != nil {
		return failure(err)
	}
	// As the package's own authorizer asks.
	asked := url.URL{Scheme: endpoint.Scheme, Host: endpoint.Host, Path: strings.TrimRight(endpoint.Path, "/") + "/v2/"}
	challenges, err := manager.GetChallenges(asked)
	if err != nil {
		return failure(err)
	}
	lines := []string{}
	for _, challenge := range challenges {
		names := make([]string, 0, len(challenge.Parameters))
		for name := range challenge.Parameters {
			names = append(names, name)
		}
		sort.Strings(names)
		line := challenge.Scheme
		for _, name := range names {
			line += " " + name + "=" + challenge.Parameters[name]
		}
		lines = append(lines, line)
	}
	return object{"challenges": lines}
}

func search(service *registry.Service, s *scenario) object {
	args := filters.NewArgs()
	for name, values := range s.In.Filters {
		for _, value := range values {
			args.Add(name, value)
		}
	}
	headers := map[string][]string{}
	for name, values := range s.In.Headers {
		headers[http.CanonicalHeaderKey(name)] = values
	}
	if s.In.UserAgent != "" {
		headers["User-Agent"] = []string{s.In.UserAgent}
	}
	found, err := service.Search(context.Background(), args, s.In.Term, s.In.Limit,
		s.In.Auth.config(), headers)
	if err != nil {
		return failure(err)
	}
	return object{"results": found}
}

func run(path, host string) (object, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var s scenario
	if err := json.Unmarshal([]byte(strings.ReplaceAll(string(text), "{{host}}", host)), &s); err != nil {
		return nil, err
	}
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: alone}
	certificates, err := os.MkdirTemp("", "certs.d")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(certificates)
	registry.SetCertsDir(certificates)
	service, err := registry.NewService(registry.ServiceOptions{})
	if err != nil {
		return nil, err
	}
	switch s.Call {
	case "auth":
		return login(service, &s), nil
	case "ping":
		return ping(&s), nil
	case "search":
		return search(service, &s), nil
	}
	return nil, fmt.Errorf("no such call: %q", s.Call)
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: wire SCENARIO.json HOST:PORT")
		os.Exit(2)
	}
	outcome, err := run(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(outcome); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
