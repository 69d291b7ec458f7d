package registryd

import (
	"errors"
	"fmt"
	"io"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"
)

// ErrorDomain is the domain of the reasons that registryd gives.
const ErrorDomain = "registry.v1"

// RegistryError is why a call failed: what the service said, or gRPC where the
// service did not answer. Code says what to do, Reason what happened. Text comes
// from the service as it is; what it left out, or what cannot be read, is empty.
//
// status.FromError and status.Code take it too.
type RegistryError struct {
	Code codes.Code
	// For people.
	Message string
	// What happened, for programs: REFERENCE_INVALID. Empty: not stated.
	Reason string
	// Who gives Reason its meaning: ErrorDomain for registryd.
	Domain string
	// What the reason is about.
	Metadata map[string]string
	// The request's fields that were not accepted.
	FieldViolations []FieldViolation
	// How long to wait before trying again. Never negative. Nil: not stated.
	RetryDelay *time.Duration

	status *status.Status
}

// FieldViolation is one field of a request that the service did not accept.
type FieldViolation struct {
	// From the request's top: options.mirrors[1].
	Field string
	// For people.
	Description string
}

// Reason is the reason in err or in what it wraps. Empty: not stated.
func Reason(err error) string {
	var failure *RegistryError
	if errors.As(err, &failure) {
		return failure.Reason
	}
	return ""
}

// Error is for people.
func (e *RegistryError) Error() string {
	if e.Reason == "" {
		return fmt.Sprintf("registryd: %s: %s", e.Code, e.Message)
	}
	return fmt.Sprintf("registryd: %s (%s): %s", e.Code, e.Reason, e.Message)
}

// GRPCStatus is the status that the call ended with.
func (e *RegistryError) GRPCStatus() *status.Status {
	if e.status != nil {
		return e.status
	}
	return status.New(e.Code, e.Message)
}

// fromGRPC is the RegistryError of a call that failed. What says that nothing
// failed, nil or a stream's end, stays as it is.
func fromGRPC(err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	ended := status.Convert(err)
	failure := &RegistryError{Code: ended.Code(), Message: ended.Message(), status: ended}
	details := ended.Proto().GetDetails()
	if info := new(errdetails.ErrorInfo); first(details, info) {
		failure.Reason = info.GetReason()
		failure.Domain = info.GetDomain()
		failure.Metadata = info.GetMetadata()
	}
	if request := new(errdetails.BadRequest); first(details, request) {
		for _, violation := range request.GetFieldViolations() {
			failure.FieldViolations = append(failure.FieldViolations,
				FieldViolation{violation.GetField(), violation.GetDescription()})
		}
	}
	if retry := new(errdetails.RetryInfo); first(details, retry) && retry.GetRetryDelay() != nil {
		delay := max(retry.GetRetryDelay().AsDuration(), 0)
		failure.RetryDelay = &delay
	}
	return failure
}

// first reads the first detail of message's type. False if there is none, or if
// it cannot be read.
func first(details []*anypb.Any, message proto.Message) bool {
	for _, detail := range details {
		if detail.MessageIs(message) {
			return detail.UnmarshalTo(message) == nil
		}
	}
	return false
}
