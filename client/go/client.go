// Package registryd asks registryd about image references, registries and their
// credentials.
//
//	client, err := registryd.New(registryd.Options{})
//	...
//	answer, err := client.Registry().ResolveRepository(ctx,
//		&registryv1.ResolveRepositoryRequest{Reference: "ubuntu"})
//
// Messages and stubs are in registryd.dev/client/go/registry/v1, whose comments
// say what each call does. A call that fails returns a *RegistryError.
package registryd

import (
	"context"
	_ "embed"
	"fmt"
	"net"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"

	registryv1 "registryd.dev/client/go/registry/v1"
)

// Answers grow with what certs.d holds and with the size of a batch.
const maxAnswerBytes = 64 << 20

// A peer that is silent for Time is asked whether it is there, and counts as gone
// when it does not answer within Timeout. The service takes pings every ten
// seconds.
var keepaliveParameters = keepalive.ClientParameters{
	Time:                30 * time.Second,
	Timeout:             20 * time.Second,
	PermitWithoutStream: true,
}

// Which calls are repeated when the service is not to be reached.
//
//go:embed service_config.json
var serviceConfig string

// Client is a connection to registryd, made with the first call. It is safe for
// concurrent use.
//
// Calls that only read are repeated when the service is not to be reached
// (codes.Unavailable): twice at most, within their deadline, and less if that
// rarely helps. The proxies in the environment are not used.
//
// A peer that is silent for 30 seconds is pinged. If it does not answer within 20
// more, what is under way ends with codes.Unavailable.
type Client struct {
	connection *grpc.ClientConn
}

// New returns a client. The error says which option makes no sense, or which
// file is not usable.
func New(options Options) (*Client, error) {
	client, err := dial(options)
	if err != nil {
		return nil, fmt.Errorf("registryd: %w", err)
	}
	return client, nil
}

func dial(options Options) (*Client, error) {
	timeout, err := options.timeout()
	if err != nil {
		return nil, err
	}
	if options.Address == "" {
		options.Address = DefaultAddress()
	}
	where, err := parseAddress(options.Address)
	if err != nil {
		return nil, err
	}
	credentials, err := options.credentials(where)
	if err != nil {
		return nil, err
	}
	target := "dns:///" + where.hostPort
	settings := []grpc.DialOption{
		grpc.WithTransportCredentials(credentials),
		grpc.WithDefaultServiceConfig(serviceConfig),
		grpc.WithDisableServiceConfig(),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxAnswerBytes)),
		grpc.WithNoProxy(),
		grpc.WithKeepaliveParams(keepaliveParameters),
		grpc.WithUnaryInterceptor(unary(timeout)),
		grpc.WithStreamInterceptor(stream),
	}
	if options.UserAgent != "" {
		settings = append(settings, grpc.WithUserAgent(options.UserAgent))
	}
	if where.socket != "" {
		target = "passthrough:///localhost"
		settings = append(settings, grpc.WithContextDialer(socketDialer(where.socket)))
	}
	connection, err := grpc.NewClient(target, settings...)
	if err != nil {
		return nil, err
	}
	return &Client{connection}, nil
}

// socketDialer connects to a Unix socket. Paths need no escapes, as they would
// in a target.
func socketDialer(path string) func(context.Context, string) (net.Conn, error) {
	// Go takes a leading @ for an abstract socket.
	if strings.HasPrefix(path, "@") {
		path = "./" + path
	}
	return func(ctx context.Context, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}
}

// Registry answers questions about references, registries and credentials.
func (c *Client) Registry() registryv1.RegistryServiceClient {
	return registryv1.NewRegistryServiceClient(c.connection)
}

// Config reads, changes and watches the service's configuration.
func (c *Client) Config() registryv1.ConfigServiceClient {
	return registryv1.NewConfigServiceClient(c.connection)
}

// V1Session asks registries of the legacy V1 protocol.
func (c *Client) V1Session() registryv1.V1SessionServiceClient {
	return registryv1.NewV1SessionServiceClient(c.connection)
}

// Connection is for stubs of other services, such as health's.
func (c *Client) Connection() grpc.ClientConnInterface {
	return c.connection
}

// Close ends the connection, and calls that are under way with codes.Canceled.
func (c *Client) Close() error {
	return c.connection.Close()
}
