package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	registryd "registryd.dev/client/go"
)

// nextTimeout is how long a message of a stream may take.
const nextTimeout = 10 * time.Second

// watch is a stream that the scenario has opened.
type watch struct {
	// A stub's stream: Recv() (*Message, error).
	stream reflect.Value
	cancel context.CancelFunc
}

// taker takes steps. A connection is made with its first call.
type taker struct {
	told    runContext
	clients map[string]*registryd.Client
	watches map[string]watch
}

func newTaker(told runContext) *taker {
	return &taker{told, map[string]*registryd.Client{}, map[string]watch{}}
}

// take returns what the line of a step says besides its name. It fails if the
// step is not understood; that a call fails is an answer like another.
func (t *taker) take(s step) (object, error) {
	switch {
	case s.Open != "":
		return t.open(s)
	case s.Next != "":
		return t.next(s)
	case s.Cancel != "":
		return t.end(s)
	case s.Call != "":
		return t.call(s)
	}
	return nil, errors.New("neither call nor open, next or cancel")
}

func (t *taker) call(s step) (object, error) {
	ctx := context.Background()
	if s.TimeoutMS > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(s.TimeoutMS)*time.Millisecond)
		defer cancel()
	}
	answer, failed, err := t.start(ctx, s)
	if err != nil {
		return nil, err
	}
	return t.shown(s, answer, failed)
}

func (t *taker) open(s step) (object, error) {
	ctx, cancel := context.WithCancel(context.Background())
	stream, failed, err := t.start(ctx, s)
	if err == nil && failed != nil {
		cancel()
		return failure(failed)
	}
	t.watches[s.Open] = watch{stream, cancel}
	return object{"opened": s.Open}, err
}

func (t *taker) next(s step) (object, error) {
	opened, known := t.watches[s.Next]
	if !known {
		return nil, fmt.Errorf("no stream %q", s.Next)
	}
	late := time.AfterFunc(nextTimeout, opened.cancel)
	defer late.Stop()
	answer, failed := results(opened.stream.MethodByName("Recv").Call(nil))
	return t.shown(s, answer, failed)
}

func (t *taker) end(s step) (object, error) {
	opened, known := t.watches[s.Cancel]
	if !known {
		return nil, fmt.Errorf("no stream %q", s.Cancel)
	}
	opened.cancel()
	for {
		_, failed := results(opened.stream.MethodByName("Recv").Call(nil))
		if failed == io.EOF {
			return object{"ended": true}, nil
		}
		if failed != nil {
			return failure(failed)
		}
	}
}

// start makes the call of a step by the method of its name of the service's
// stub: an answer or a stream, or how the call failed.
func (t *taker) start(ctx context.Context, s step) (answer reflect.Value, failed, err error) {
	client, err := t.client(s.Connection)
	if err != nil {
		return answer, nil, err
	}
	stub, known := map[string]any{
		"RegistryService":  client.Registry(),
		"ConfigService":    client.Config(),
		"V1SessionService": client.V1Session(),
	}[s.Service]
	if !known {
		return answer, nil, fmt.Errorf("no service %q", s.Service)
	}
	method := reflect.ValueOf(stub).MethodByName(s.Call)
	if !method.IsValid() || method.Type().NumIn() < 3 {
		return answer, nil, fmt.Errorf("no call %q", s.Call)
	}
	request, isMessage := reflect.New(method.Type().In(1).Elem()).Interface().(proto.Message)
	if !isMessage {
		return answer, nil, fmt.Errorf("%q takes a stream", s.Call)
	}
	if err := protojson.Unmarshal(t.filled(s.Request), request); err != nil {
		return answer, nil, err
	}
	answer, failed = results(method.Call([]reflect.Value{reflect.ValueOf(ctx), reflect.ValueOf(request)}))
	return answer, failed, nil
}

func results(values []reflect.Value) (reflect.Value, error) {
	failed, _ := values[1].Interface().(error)
	return values[0], failed
}

// filled is a request with {{NAME}} replaced by values.
func (t *taker) filled(request json.RawMessage) []byte {
	if len(request) == 0 {
		return []byte("{}")
	}
	var pairs []string
	for name, value := range t.told.Values {
		quoted := compact(value)
		pairs = append(pairs, "{{"+name+"}}", quoted[1:len(quoted)-1])
	}
	return []byte(strings.NewReplacer(pairs...).Replace(string(request)))
}

func (t *taker) shown(s step, answer reflect.Value, failed error) (object, error) {
	if failed == io.EOF {
		return object{"ended": true}, nil
	}
	if failed != nil {
		return failure(failed)
	}
	message, isMessage := answer.Interface().(proto.Message)
	if !isMessage {
		return nil, errors.New("a stream wants to be opened")
	}
	response, err := fields(message)
	if err != nil {
		return nil, err
	}
	for name, field := range s.Keep {
		t.told.Values[name], _ = response[field].(string)
	}
	for _, field := range s.Hide {
		if _, present := response[field]; present {
			response[field] = "*"
		}
	}
	return object{"response": response}, nil
}

func (t *taker) client(name string) (*registryd.Client, error) {
	if name == "" {
		name = "unix"
	}
	if client, made := t.clients[name]; made {
		return client, nil
	}
	connection, known := t.told.Connections[name]
	if !known {
		return nil, fmt.Errorf("no connection %q", name)
	}
	options := registryd.Options{Address: connection.Address}
	if connection.CA != "" {
		options.TLS = &registryd.TLSOptions{
			CAFile: connection.CA, CertFile: connection.Cert, KeyFile: connection.Key,
		}
	}
	client, err := registryd.New(options)
	t.clients[name] = client
	return client, err
}
