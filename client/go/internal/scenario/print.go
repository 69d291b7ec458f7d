package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	spb "google.golang.org/genproto/googleapis/rpc/code"
	registryd "registryd.dev/client/go"
)

type object = map[string]any

// Go escapes these two in JSON, and nobody else does. A backslash's own escape
// stays as it is.
var unescaped = strings.NewReplacer(`\\`, `\\`, `\u2028`, "\u2028", `\u2029`, "\u2029")

// compact is JSON with sorted keys and without spaces.
func compact(value any) string {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err)
	}
	return unescaped.Replace(strings.TrimSuffix(text.String(), "\n"))
}

// fields is Protobuf's JSON mapping of a message.
func fields(message proto.Message) (object, error) {
	text, err := protojson.Marshal(message)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var decoded object
	return decoded, decoder.Decode(&decoded)
}

// failure is what is printed of the error of a call.
func failure(err error) (object, error) {
	var failed *registryd.RegistryError
	if !errors.As(err, &failed) {
		return nil, err
	}
	shown := object{"code": spb.Code(failed.Code).String()}
	if failed.Code == codes.DeadlineExceeded || failed.Code == codes.Canceled {
		return object{"error": shown}, nil
	}
	if failed.Code != codes.Unavailable {
		shown["message"] = failed.Message
	}
	if failed.Domain != "" {
		shown["domain"] = failed.Domain
	}
	if failed.Reason != "" {
		shown["reason"] = failed.Reason
	}
	if len(failed.Metadata) > 0 {
		shown["metadata"] = failed.Metadata
	}
	var violated []string
	for _, violation := range failed.FieldViolations {
		violated = append(violated, violation.Field)
	}
	if len(violated) > 0 {
		shown["fields"] = violated
	}
	if failed.RetryDelay != nil {
		text, err := protojson.Marshal(durationpb.New(*failed.RetryDelay))
		if err != nil {
			return nil, err
		}
		shown["retryDelay"] = json.RawMessage(text)
	}
	return object{"error": shown}, nil
}
