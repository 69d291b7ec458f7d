// Package peer times the reference implementation, Docker Engine's registry package, at
// the questions that tests/bench/core_bench.cc asks the service's core.
package peer

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"testing"
	_ "unsafe" // For go:linkname.

	"github.com/distribution/reference"
	"github.com/docker/distribution/registry/client/auth/challenge"
	"github.com/docker/docker/registry"
)

// lookupIP is the package's own hook for its tests. Benchmarks have it answer from a
// table: what is timed is the package, not a resolver, which it asks each time.
//
//go:linkname lookupIP github.com/docker/docker/registry.lookupIP
var lookupIP func(host string) ([]net.IP, error)

type inputs struct {
	Hosts map[string][]string `json:"hosts"`
	Cases []question          `json:"cases"`
}

type question struct {
	Name       string `json:"name"`
	Question   string `json:"question"`
	Text       string `json:"text"`
	Registries int    `json:"registries"`
	Options    struct {
		Mirrors            []string `json:"registry-mirrors"`
		InsecureRegistries []string `json:"insecure-registries"`
	} `json:"options"`
}

func read(b *testing.B) inputs {
	text, err := os.ReadFile("../inputs.json")
	if err != nil {
		b.Fatal(err)
	}
	var in inputs
	if err := json.Unmarshal(text, &in); err != nil {
		b.Fatal(err)
	}
	return in
}

// answerFrom returns addresses as net.LookupIP does, from a table.
func answerFrom(hosts map[string][]string) func(string) ([]net.IP, error) {
	table := map[string][]net.IP{}
	for host, addresses := range hosts {
		for _, address := range addresses {
			table[host] = append(table[host], net.ParseIP(address))
		}
	}
	return func(host string) ([]net.IP, error) {
		if found, ok := table[host]; ok {
			return found, nil
		}
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
}

func (q question) service() (*registry.Service, error) {
	options := registry.ServiceOptions{
		Mirrors:            q.Options.Mirrors,
		InsecureRegistries: q.Options.InsecureRegistries,
	}
	for i := 0; i < q.Registries; i++ {
		options.InsecureRegistries = append(options.InsecureRegistries,
			fmt.Sprintf("registry-%05d.example.com:5000", i))
	}
	return registry.NewService(options)
}

// ask returns a function that asks the question once.
func (q question) ask() (func() error, error) {
	if q.Question == "snapshot" {
		return func() error { _, err := q.service(); return err }, nil
	}
	service, err := q.service()
	if err != nil {
		return nil, err
	}
	switch q.Question {
	case "parse":
		return func() error { _, err := reference.ParseNormalizedNamed(q.Text); return err }, nil
	case "resolve":
		return func() error {
			named, err := reference.ParseNormalizedNamed(q.Text)
			if err != nil {
				return err
			}
			_, err = service.ResolveRepository(named)
			return err
		}, nil
	case "pull":
		return func() error { _, err := service.LookupPullEndpoints(q.Text); return err }, nil
	case "push":
		return func() error { _, err := service.LookupPushEndpoints(q.Text); return err }, nil
	case "challenge":
		response := &http.Response{
			StatusCode: http.StatusUnauthorized,
			Header:     http.Header{"Www-Authenticate": {q.Text}},
		}
		return func() error {
			if len(challenge.ResponseChallenges(response)) == 0 {
				return fmt.Errorf("no challenge in %q", q.Text)
			}
			return nil
		}, nil
	}
	return nil, fmt.Errorf("%s: unknown question %q", q.Name, q.Question)
}

func BenchmarkCore(b *testing.B) {
	in := read(b)
	lookupIP = answerFrom(in.Hosts)
	registry.SetCertsDir(b.TempDir())
	for _, q := range in.Cases {
		ask, err := q.ask()
		if err != nil {
			b.Fatal(err)
		}
		b.Run(q.Name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; i < b.N; i++ {
				if err := ask(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
