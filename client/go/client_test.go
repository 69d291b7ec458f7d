package registryd

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	registryv1 "registryd.dev/client/go/registry/v1"
)

func TestAnswersOverEachKindOfAddress(t *testing.T) {
	fake := &fakeService{answer: func(context.Context, string) (proto.Message, error) {
		return &registryv1.ParseReferenceResponse{Canonical: "docker.io/library/ubuntu:latest"}, nil
	}}
	folder := t.TempDir()
	sockets := map[string]string{
		"socket":                     folder + "/s",
		"socket with odd characters": folder + "/a b%[#",
	}
	addresses := map[string]string{"TCP": fake.listen(t, "tcp", "127.0.0.1:0").String()}
	for name, path := range sockets {
		fake.listen(t, "unix", path)
		addresses[name] = "unix:" + path
	}
	// Nobody listens there: whoever asked a proxy would fail.
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	t.Setenv("https_proxy", "http://127.0.0.1:1")
	for name, address := range addresses {
		t.Run(name, func(t *testing.T) {
			client := mustDial(t, Options{Address: address, UserAgent: "agent/1"})
			answer, err := client.Registry().ParseReference(context.Background(), &registryv1.ParseReferenceRequest{})
			if err != nil || answer.GetCanonical() != "docker.io/library/ubuntu:latest" {
				t.Fatalf("got %v, %v", answer, err)
			}
			calls := fake.seen()
			if got := calls[len(calls)-1].userAgent; !strings.HasPrefix(got, "agent/1 ") {
				t.Errorf("the user agent is %q", got)
			}
		})
	}
}

func TestASocketBelowTheWorkingFolder(t *testing.T) {
	fake := &fakeService{}
	before, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chdir(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	defer os.Chdir(before)
	fake.listen(t, "unix", "./@socket")
	client := mustDial(t, Options{Address: "unix:@socket"})
	if _, err := client.Registry().ParseReference(context.Background(), &registryv1.ParseReferenceRequest{}); err != nil {
		t.Error(err)
	}
	if got := fake.seen()[0].authority; got != "localhost" {
		t.Errorf("the authority is %q", got)
	}
}

func TestDeadlines(t *testing.T) {
	fake := &fakeService{}
	client := dialFake(t, fake, Options{Timeout: time.Minute})
	own, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	for name, test := range map[string]struct {
		ctx      context.Context
		watch    bool
		limited  bool
		from, to time.Duration
	}{
		"the client's":         {context.Background(), false, true, 50 * time.Second, time.Minute},
		"the call's":           {own, false, true, 50 * time.Minute, time.Hour},
		"a stream has none":    {context.Background(), true, false, 0, 0},
		"a stream has its own": {own, true, true, 50 * time.Minute, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			var err error
			if test.watch {
				var watch interface {
					Recv() (*registryv1.WatchServiceConfigResponse, error)
				}
				if watch, err = client.Config().WatchServiceConfig(test.ctx, &registryv1.WatchServiceConfigRequest{}); err == nil {
					_, err = watch.Recv()
				}
			} else {
				_, err = client.Registry().ParseReference(test.ctx, &registryv1.ParseReferenceRequest{})
			}
			if err != nil {
				t.Fatal(err)
			}
			calls := fake.seen()
			last := calls[len(calls)-1]
			if last.limited != test.limited || last.left < test.from || last.left > test.to {
				t.Errorf("limited: %v, by %v", last.limited, last.left)
			}
		})
	}
}

func TestDefaultTimeout(t *testing.T) {
	fake := &fakeService{}
	client := dialFake(t, fake, Options{})
	if _, err := client.Registry().ParseReference(context.Background(), &registryv1.ParseReferenceRequest{}); err != nil {
		t.Fatal(err)
	}
	if got := fake.seen()[0].left; got <= 0 || got > 5*time.Second {
		t.Errorf("%v are left of 5 s", got)
	}
}

func TestACallGivesUp(t *testing.T) {
	fake := &fakeService{answer: func(ctx context.Context, _ string) (proto.Message, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	client := dialFake(t, fake, Options{Timeout: 50 * time.Millisecond})
	_, err := client.Registry().ParseReference(context.Background(), &registryv1.ParseReferenceRequest{})
	if status.Code(err) != codes.DeadlineExceeded {
		t.Errorf("got %v", err)
	}
}

func TestAWatchIsCancelled(t *testing.T) {
	client := dialFake(t, &fakeService{answer: func(ctx context.Context, _ string) (proto.Message, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}}, Options{})
	ctx, cancel := context.WithCancel(context.Background())
	watch, err := client.Config().WatchServiceConfig(ctx, &registryv1.WatchServiceConfigRequest{})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := watch.Recv(); status.Code(err) != codes.Canceled {
		t.Errorf("got %v", err)
	}
}

func TestLargeAnswers(t *testing.T) {
	for name, test := range map[string]struct {
		bytes int
		want  codes.Code
	}{
		"of 32 MiB":       {32 << 20, codes.OK},
		"of above 64 MiB": {64<<20 + 1, codes.ResourceExhausted},
	} {
		t.Run(name, func(t *testing.T) {
			fake := &fakeService{answer: func(context.Context, string) (proto.Message, error) {
				return &registryv1.ParseReferenceResponse{Path: string(bytes.Repeat([]byte("x"), test.bytes))}, nil
			}}
			client := dialFake(t, fake, Options{Timeout: time.Minute})
			_, err := client.Registry().ParseReference(context.Background(), &registryv1.ParseReferenceRequest{})
			if status.Code(err) != test.want {
				t.Errorf("got %v, want %v", status.Code(err), test.want)
			}
		})
	}
}

func TestRefusedOptions(t *testing.T) {
	notPEM := t.TempDir() + "/file"
	if err := os.WriteFile(notPEM, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	const remote = "registryd.example:50051"
	for name, test := range map[string]struct {
		options Options
		why     string
	}{
		"address":              {Options{Address: "x"}, `address "x": want unix:PATH`},
		"timeout":              {Options{Timeout: -1}, "Timeout: must be positive"},
		"TLS on a socket":      {Options{Address: "unix:/x", TLS: &TLSOptions{}}, "TLS is not spoken over a Unix socket"},
		"certificate alone":    {Options{Address: remote, TLS: &TLSOptions{CertFile: notPEM}}, "go together"},
		"key alone":            {Options{Address: remote, TLS: &TLSOptions{KeyFile: notPEM}}, "go together"},
		"no authorities":       {Options{Address: remote, TLS: &TLSOptions{CAFile: notPEM + "0"}}, "CAFile: "},
		"not PEM":              {Options{Address: remote, TLS: &TLSOptions{CAFile: notPEM}}, "holds no certificate in PEM"},
		"certificate, not PEM": {Options{Address: remote, TLS: &TLSOptions{CertFile: notPEM, KeyFile: notPEM}}, "CertFile, KeyFile: "},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := New(test.options)
			if err == nil || !strings.HasPrefix(err.Error(), "registryd: ") || !strings.Contains(err.Error(), test.why) {
				t.Errorf("got %v, want %q", err, test.why)
			}
		})
	}
}
