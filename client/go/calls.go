package registryd

import (
	"context"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// unary gives calls a deadline that have none, and makes RegistryErrors.
func unary(timeout time.Duration) grpc.UnaryClientInterceptor {
	return func(ctx context.Context, method string, request, answer any, connection *grpc.ClientConn,
		invoke grpc.UnaryInvoker, options ...grpc.CallOption) error {
		if _, limited := ctx.Deadline(); !limited {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, timeout)
			defer cancel()
		}
		return fromGRPC(invoke(ctx, method, request, answer, connection, options...))
	}
}

// stream makes RegistryErrors. Streams have no deadline but their context's.
func stream(ctx context.Context, description *grpc.StreamDesc, connection *grpc.ClientConn,
	method string, open grpc.Streamer, options ...grpc.CallOption) (grpc.ClientStream, error) {
	opened, err := open(ctx, description, connection, method, options...)
	if err != nil {
		return nil, fromGRPC(err)
	}
	return clientStream{opened}, nil
}

// clientStream fails with RegistryErrors. Its end is io.EOF.
type clientStream struct {
	grpc.ClientStream
}

func (s clientStream) Header() (metadata.MD, error) {
	header, err := s.ClientStream.Header()
	return header, fromGRPC(err)
}

func (s clientStream) CloseSend() error {
	return fromGRPC(s.ClientStream.CloseSend())
}

func (s clientStream) SendMsg(message any) error {
	return fromGRPC(s.ClientStream.SendMsg(message))
}

func (s clientStream) RecvMsg(message any) error {
	return fromGRPC(s.ClientStream.RecvMsg(message))
}
