// Command ask has Docker Engine's registry package log in to a registry, or ping it, from
// many goroutines for a time, and prints what it got done as a JSON object.
//
//	ask login|ping URL USER PASSWORD CERTS-DIR SECONDS CALLERS
package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
	_ "unsafe" // For go:linkname.

	"github.com/containerd/log"
	types "github.com/docker/docker/api/types/registry"
	"github.com/docker/docker/registry"
)

// newTransport is what the package itself makes for each ping.
//
//go:linkname newTransport github.com/docker/docker/registry.newTransport
func newTransport(config *tls.Config) *http.Transport

func number(text string) int {
	value, err := strconv.Atoi(text)
	if err != nil {
		fail(err)
	}
	return value
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "ask:", err)
	os.Exit(1)
}

// login is what the daemon's /auth does.
func login(service *registry.Service, host, user, password string) error {
	config := types.AuthConfig{Username: user, Password: password, ServerAddress: host}
	_, _, err := service.Auth(context.Background(), &config, "ask")
	return err
}

// ping asks the endpoint of that URL, with a transport of its own, as the package does before
// each login.
func ping(service *registry.Service, address *url.URL) error {
	endpoints, err := service.LookupPushEndpoints(address.Host)
	if err != nil {
		return err
	}
	for _, endpoint := range endpoints {
		if endpoint.URL.Scheme != address.Scheme {
			continue
		}
		_, err = registry.PingV2Registry(endpoint.URL, newTransport(endpoint.TLSConfig))
		return err
	}
	return fmt.Errorf("no endpoint for %s", address)
}

func main() {
	if len(os.Args) != 8 {
		fail(fmt.Errorf("usage: ask login|ping URL USER PASSWORD CERTS-DIR SECONDS CALLERS"))
	}
	what, user, password := os.Args[1], os.Args[3], os.Args[4]
	address, err := url.Parse(os.Args[2])
	if err != nil {
		fail(err)
	}
	registry.SetCertsDir(os.Args[5])
	duration, callers := time.Duration(number(os.Args[6]))*time.Second, number(os.Args[7])
	log.L.Logger.SetOutput(io.Discard)
	service, err := registry.NewService(registry.ServiceOptions{})
	if err != nil {
		fail(err)
	}
	ask := func() error { return login(service, address.Host, user, password) }
	if what == "ping" {
		ask = func() error { return ping(service, address) }
	}
	if err := ask(); err != nil {
		fail(err)
	}
	var done, failed atomic.Int64
	var group sync.WaitGroup
	begin := time.Now()
	for i := 0; i < callers; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for time.Since(begin) < duration {
				if ask() == nil {
					done.Add(1)
				} else {
					failed.Add(1)
				}
			}
		}()
	}
	group.Wait()
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"done": done.Load(), "failed": failed.Load(), "seconds": time.Since(begin).Seconds(),
	})
}
