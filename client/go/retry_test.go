package registryd

import (
	"context"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	registryv1 "registryd.dev/client/go/registry/v1"
)

// Each failure by the policy costs a token, of which there are ten: below six
// nothing is repeated. So each call has a client of its own.
func TestRetries(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	for name, test := range map[string]struct {
		code     codes.Code
		attempts int
		call     func(*Client) error
	}{
		"ParseReference": {codes.Unavailable, 3, func(c *Client) error {
			_, err := c.Registry().ParseReference(ctx, &registryv1.ParseReferenceRequest{})
			return err
		}},
		"GetServiceConfig": {codes.Unavailable, 3, func(c *Client) error {
			_, err := c.Config().GetServiceConfig(ctx, &registryv1.GetServiceConfigRequest{})
			return err
		}},
		"WatchServiceConfig": {codes.Unavailable, 3, func(c *Client) error {
			watch, err := c.Config().WatchServiceConfig(ctx, &registryv1.WatchServiceConfigRequest{})
			if err == nil {
				_, err = watch.Recv()
			}
			return err
		}},
		"health": {codes.Unavailable, 3, func(c *Client) error {
			_, err := grpc_health_v1.NewHealthClient(c.Connection()).Check(ctx, &grpc_health_v1.HealthCheckRequest{})
			return err
		}},
		"another code": {codes.ResourceExhausted, 1, func(c *Client) error {
			_, err := c.Registry().ParseReference(ctx, &registryv1.ParseReferenceRequest{})
			return err
		}},
		"Auth": {codes.Unavailable, 1, func(c *Client) error {
			_, err := c.Registry().Auth(ctx, &registryv1.AuthRequest{})
			return err
		}},
		"Search": {codes.Unavailable, 1, func(c *Client) error {
			_, err := c.Registry().Search(ctx, &registryv1.SearchRequest{})
			return err
		}},
		"PingV2Registry": {codes.Unavailable, 1, func(c *Client) error {
			_, err := c.Registry().PingV2Registry(ctx, &registryv1.PingV2RegistryRequest{})
			return err
		}},
		"LoadMirrors": {codes.Unavailable, 1, func(c *Client) error {
			_, err := c.Config().LoadMirrors(ctx, &registryv1.LoadMirrorsRequest{})
			return err
		}},
		"V1 Ping": {codes.Unavailable, 1, func(c *Client) error {
			_, err := c.V1Session().Ping(ctx, &registryv1.PingRequest{})
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fake := &fakeService{answer: func(context.Context, string) (proto.Message, error) {
				return nil, status.Error(test.code, "not now")
			}}
			client := dialFake(t, fake, Options{})
			if err := test.call(client); status.Code(err) != test.code {
				t.Errorf("got %v, want %v", err, test.code)
			}
			if got := len(fake.seen()); got != test.attempts {
				t.Errorf("%d attempts, want %d", got, test.attempts)
			}
		})
	}
}
