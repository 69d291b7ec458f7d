package registryd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"

	registryv1 "registryd.dev/client/go/registry/v1"
)

// failing is an error with details as a service sends it.
func failing(t *testing.T, code codes.Code, message string, details ...proto.Message) error {
	t.Helper()
	ended := status.New(code, message)
	for _, detail := range details {
		var err error
		if ended, err = ended.WithDetails(protoadapt.MessageV1Of(detail)); err != nil {
			t.Fatal(err)
		}
	}
	return ended.Err()
}

// malformed is an error whose first detail says that it is of a type and is not.
func malformed(t *testing.T, of proto.Message, rest ...proto.Message) error {
	t.Helper()
	ended := status.Convert(failing(t, codes.Aborted, "m", rest...)).Proto()
	broken := &anypb.Any{
		TypeUrl: "type.googleapis.com/" + string(proto.MessageName(of)), Value: []byte{0xff},
	}
	ended.Details = append([]*anypb.Any{broken}, ended.Details...)
	return status.FromProto(ended).Err()
}

func TestErrorsOfCalls(t *testing.T) {
	info := &errdetails.ErrorInfo{
		Reason: "REFERENCE_INVALID", Domain: "registry.v1", Metadata: map[string]string{"k": "v"},
	}
	request := &errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{
		{Field: "options.mirrors[1]", Description: "no host"}, {Field: "reference"},
	}}
	retry := func(delay time.Duration) proto.Message {
		return &errdetails.RetryInfo{RetryDelay: durationpb.New(delay)}
	}
	delay := func(delay time.Duration) *time.Duration { return &delay }

	for name, test := range map[string]struct {
		sent error
		want RegistryError
	}{
		"without details": {
			failing(t, codes.NotFound, "no such thing"),
			RegistryError{Code: codes.NotFound, Message: "no such thing"},
		},
		"all details": {
			failing(t, codes.InvalidArgument, "ünï", info, request, retry(1500*time.Millisecond)),
			RegistryError{
				Code: codes.InvalidArgument, Message: "ünï", Reason: "REFERENCE_INVALID",
				Domain: "registry.v1", Metadata: map[string]string{"k": "v"},
				FieldViolations: []FieldViolation{{"options.mirrors[1]", "no host"}, {"reference", ""}},
				RetryDelay:      delay(1500 * time.Millisecond),
			},
		},
		"another domain": {
			failing(t, codes.Aborted, "m", &errdetails.ErrorInfo{Reason: "R", Domain: "other.example"}),
			RegistryError{Code: codes.Aborted, Message: "m", Reason: "R", Domain: "other.example"},
		},
		"no delay": {
			failing(t, codes.Aborted, "m", &errdetails.RetryInfo{}),
			RegistryError{Code: codes.Aborted, Message: "m"},
		},
		"a delay of nothing": {
			failing(t, codes.Aborted, "m", retry(0)),
			RegistryError{Code: codes.Aborted, Message: "m", RetryDelay: delay(0)},
		},
		"a delay into the past": {
			failing(t, codes.Aborted, "m", retry(-time.Second)),
			RegistryError{Code: codes.Aborted, Message: "m", RetryDelay: delay(0)},
		},
		"details of other kinds": {
			failing(t, codes.Aborted, "m", &errdetails.DebugInfo{Detail: "d"}, info),
			RegistryError{
				Code: codes.Aborted, Message: "m", Reason: "REFERENCE_INVALID", Domain: "registry.v1",
				Metadata: map[string]string{"k": "v"},
			},
		},
		"malformed reason": {
			malformed(t, info, retry(time.Second)),
			RegistryError{Code: codes.Aborted, Message: "m", RetryDelay: delay(time.Second)},
		},
		"malformed fields": {
			malformed(t, request), RegistryError{Code: codes.Aborted, Message: "m"},
		},
		"malformed delay": {
			malformed(t, &errdetails.RetryInfo{}), RegistryError{Code: codes.Aborted, Message: "m"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			fake := &fakeService{answer: func(context.Context, string) (proto.Message, error) {
				return nil, test.sent
			}}
			client := dialFake(t, fake, Options{})
			check := func(kind string, err error) {
				var got *RegistryError
				if !errors.As(err, &got) {
					t.Fatalf("%s: %v is no RegistryError", kind, err)
				}
				if status.Code(err) != test.want.Code {
					t.Errorf("%s: status.Code is %v", kind, status.Code(err))
				}
				if Reason(fmt.Errorf("wrapped: %w", err)) != test.want.Reason {
					t.Errorf("%s: Reason is %q", kind, Reason(err))
				}
				bare := *got
				bare.status = nil
				if !reflect.DeepEqual(bare, test.want) {
					t.Errorf("%s:\ngot  %+v\nwant %+v", kind, bare, test.want)
				}
			}

			_, err := client.Registry().ParseReference(context.Background(), &registryv1.ParseReferenceRequest{})
			check("call", err)
			watch, err := client.Config().WatchServiceConfig(context.Background(), &registryv1.WatchServiceConfigRequest{})
			if err != nil {
				t.Fatal(err)
			}
			_, err = watch.Recv()
			check("stream", err)
		})
	}
}

func TestEndOfStreamIsEOF(t *testing.T) {
	client := dialFake(t, &fakeService{}, Options{})
	watch, err := client.Config().WatchServiceConfig(context.Background(), &registryv1.WatchServiceConfigRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := watch.Recv(); err != nil {
		t.Fatal(err)
	}
	if _, err := watch.Recv(); err != io.EOF {
		t.Errorf("got %v, want io.EOF", err)
	}
}

func TestErrorText(t *testing.T) {
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"with reason":    {&RegistryError{Code: codes.Aborted, Message: "m", Reason: "R"}, "registryd: Aborted (R): m"},
		"without reason": {&RegistryError{Code: codes.Aborted, Message: "m"}, "registryd: Aborted: m"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := test.err.Error(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if got := status.Code(test.err); got != codes.Aborted {
				t.Errorf("status.Code is %v", got)
			}
		})
	}
	if got := Reason(io.EOF); got != "" {
		t.Errorf("Reason of another error is %q", got)
	}
}
