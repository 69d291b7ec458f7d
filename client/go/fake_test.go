package registryd

import (
	"context"
	"net"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
)

// call is one call that reached the fake.
type call struct {
	method    string
	limited   bool
	left      time.Duration
	userAgent string
	authority string
}

// fakeService answers every method of every service.
type fakeService struct {
	// Answers the calls. Nil: with an empty message.
	answer func(ctx context.Context, method string) (proto.Message, error)

	mu    sync.Mutex
	calls []call
}

func (f *fakeService) handle(_ any, stream grpc.ServerStream) error {
	method, _ := grpc.MethodFromServerStream(stream)
	seen := call{method: method}
	var deadline time.Time
	if deadline, seen.limited = stream.Context().Deadline(); seen.limited {
		seen.left = time.Until(deadline)
	}
	headers, _ := metadata.FromIncomingContext(stream.Context())
	seen.userAgent, seen.authority = headers["user-agent"][0], headers[":authority"][0]
	f.mu.Lock()
	f.calls = append(f.calls, seen)
	f.mu.Unlock()

	if err := stream.RecvMsg(new(emptypb.Empty)); err != nil {
		return err
	}
	var answer proto.Message = new(emptypb.Empty)
	if f.answer != nil {
		var err error
		if answer, err = f.answer(stream.Context(), method); err != nil {
			return err
		}
	}
	return stream.SendMsg(answer)
}

// seen returns the calls so far.
func (f *fakeService) seen() []call {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]call(nil), f.calls...)
}

// listen serves the fake until the test ends.
func (f *fakeService) listen(t *testing.T, network, at string, options ...grpc.ServerOption) net.Addr {
	t.Helper()
	listener, err := net.Listen(network, at)
	if err != nil {
		t.Fatal(err)
	}
	if len(options) == 0 {
		options = append(options, grpc.Creds(insecure.NewCredentials()))
	}
	server := grpc.NewServer(append(options, grpc.UnknownServiceHandler(f.handle))...)
	go server.Serve(listener)
	t.Cleanup(server.Stop)
	return listener.Addr()
}

// dialFake returns a client of a fake on a Unix socket.
func dialFake(t *testing.T, fake *fakeService, options Options) *Client {
	t.Helper()
	socket := filepath.Join(t.TempDir(), "fake.sock")
	fake.listen(t, "unix", socket)
	options.Address = "unix:" + socket
	return mustDial(t, options)
}

func mustDial(t *testing.T, options Options) *Client {
	t.Helper()
	client, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}
