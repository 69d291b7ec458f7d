// Makes the steps of one V1 scenario with the last version of Docker Engine's registry
// package that has V1 sessions.
//
// usage: wire SCENARIO.json HOST:PORT
//
// What is printed is one line of JSON, in the form that the wire scenarios' README
// describes.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"

	"github.com/docker/distribution/reference"
	"github.com/docker/distribution/registry/client/transport"
	"github.com/docker/docker/api/types"
	registrytypes "github.com/docker/docker/api/types/registry"
	"github.com/docker/docker/registry"
	"github.com/docker/go-connections/tlsconfig"
)

// alone keeps the questions for names on this machine: only /etc/hosts answers.
func alone(context.Context, string, string) (net.Conn, error) {
	return nil, errors.New("names are not asked of a server")
}

type step struct {
	Method          string              `json:"method"`
	ImageID         string              `json:"image_id"`
	Registry        string              `json:"registry"`
	Registries      []string            `json:"registries"`
	Repository      string              `json:"repository"`
	Size            int64               `json:"size"`
	Tag             string              `json:"tag"`
	Revision        string              `json:"revision"`
	Checksum        string              `json:"checksum"`
	ChecksumPayload string              `json:"checksum_payload"`
	JSON            string              `json:"json"`
	Layer           string              `json:"layer_base64"`
	Images          []*registry.ImgData `json:"images"`
	Validate        bool                `json:"validate"`
	Term            string              `json:"term"`
	Limit           int                 `json:"limit"`
}

type scenario struct {
	In struct {
		Auth *struct {
			Username      string `json:"username"`
			Password      string `json:"password"`
			IdentityToken string `json:"identitytoken"`
		} `json:"auth"`
		Secure    bool                `json:"secure"`
		UserAgent string              `json:"user_agent"`
		Headers   map[string][]string `json:"headers"`
		Steps     []step              `json:"steps"`
	} `json:"in"`
}

type object map[string]any

type caller struct {
	session  *registry.Session
	endpoint *registry.V1Endpoint
}

func (c caller) layer(s *step) (object, error) {
	body, err := c.session.GetRemoteImageLayer(s.ImageID, s.Registry, s.Size)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	hash := sha256.New()
	length, err := io.Copy(hash, body)
	if err != nil {
		return nil, err
	}
	return object{"bytes": length, "sha256": hex.EncodeToString(hash.Sum(nil))}, nil
}

func (c caller) pushLayer(s *step) (object, error) {
	layer, err := base64.StdEncoding.DecodeString(s.Layer)
	if err != nil {
		return nil, err
	}
	checksum, payload, err := c.session.PushImageLayerRegistry(
		s.ImageID, bytes.NewReader(layer), s.Registry, []byte(s.JSON))
	if err != nil {
		return nil, err
	}
	return object{"checksum": checksum, "checksum_payload": payload}, nil
}

func (c caller) image(s *step) *registry.ImgData {
	return &registry.ImgData{ID: s.ImageID, Checksum: s.Checksum, ChecksumPayload: s.ChecksumPayload}
}

func (c caller) named(s *step) (reference.Named, error) {
	return reference.ParseNormalizedNamed(s.Repository)
}

func (c caller) repository(s *step) (object, error) {
	name, err := c.named(s)
	if err != nil {
		return nil, err
	}
	switch s.Method {
	case "GetRemoteTag":
		id, err := c.session.GetRemoteTag(s.Registries, name, s.Tag)
		return object{"image_id": id}, err
	case "GetRemoteTags":
		tags, err := c.session.GetRemoteTags(s.Registries, name)
		return object{"tags": tags}, err
	case "GetRepositoryData":
		data, err := c.session.GetRepositoryData(name)
		if err != nil {
			return nil, err
		}
		return object{"endpoints": data.Endpoints, "images": data.ImgList}, nil
	case "PushRegistryTag":
		return object{}, c.session.PushRegistryTag(name, s.Revision, s.Tag, s.Registry)
	case "PushImageJSONIndex":
		data, err := c.session.PushImageJSONIndex(name, s.Images, s.Validate, s.Registries)
		if err != nil {
			return nil, err
		}
		return object{"endpoints": data.Endpoints}, nil
	}
	return nil, fmt.Errorf("no such method: %q", s.Method)
}

func (c caller) call(s *step) (object, error) {
	switch s.Method {
	case "Ping":
		result, err := c.endpoint.Ping()
		return object{"standalone": result.Standalone, "version": result.Version}, err
	case "GetRemoteHistory":
		history, err := c.session.GetRemoteHistory(s.ImageID, s.Registry)
		return object{"history": history}, err
	case "LookupRemoteImage":
		return object{}, c.session.LookupRemoteImage(s.ImageID, s.Registry)
	case "GetRemoteImageJSON":
		text, size, err := c.session.GetRemoteImageJSON(s.ImageID, s.Registry)
		return object{"json": string(text), "size": size}, err
	case "GetRemoteImageLayer":
		return c.layer(s)
	case "PushImageChecksumRegistry":
		return object{"already_exists": false}, c.session.PushImageChecksumRegistry(c.image(s), s.Registry)
	case "PushImageJSONRegistry":
		return object{"already_exists": false}, c.session.PushImageJSONRegistry(c.image(s), []byte(s.JSON), s.Registry)
	case "PushImageLayerRegistry":
		return c.pushLayer(s)
	case "SearchRepositories":
		found, err := c.session.SearchRepositories(s.Term, s.Limit)
		if err != nil {
			return nil, err
		}
		return object{"results": found.Results}, nil
	}
	return c.repository(s)
}

// take makes one step. A panic of the package is an outcome as well.
func (c caller) take(s *step) (outcome object) {
	defer func() {
		if reason := recover(); reason != nil {
			outcome = object{"method": s.Method, "panic": fmt.Sprint(reason)}
		}
	}()
	outcome, err := c.call(s)
	if err != nil {
		outcome = object{
			"error":                err.Error(),
			"already_exists":       errors.Is(err, registry.ErrAlreadyExists),
			"repository_not_found": errors.Is(err, registry.ErrRepoNotFound),
		}
	}
	outcome["method"] = s.Method
	return outcome
}

func run(path, host string) (object, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var s scenario
	if err := json.Unmarshal([]byte(strings.ReplaceAll(string(text), "{{host}}", host)), &s); err != nil {
		return nil, err
	}
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: alone}
	headers := http.Header{}
	for name, values := range s.In.Headers {
		headers[http.CanonicalHeaderKey(name)] = values
	}
	index := &registrytypes.IndexInfo{Name: host, Secure: s.In.Secure}
	endpoint, err := registry.NewV1Endpoint(index, s.In.UserAgent, headers)
	if err != nil {
		return object{"endpoint_error": err.Error()}, nil
	}
	outcome := object{"endpoint": endpoint.String()}
	trust := tlsconfig.ServerDefault()
	trust.InsecureSkipVerify = !s.In.Secure
	client := registry.HTTPClient(transport.NewTransport(
		registry.NewTransport(trust), registry.Headers(s.In.UserAgent, headers)...))
	var credentials *types.AuthConfig
	if s.In.Auth != nil {
		credentials = &types.AuthConfig{
			Username:      s.In.Auth.Username,
			Password:      s.In.Auth.Password,
			IdentityToken: s.In.Auth.IdentityToken,
		}
	}
	session, err := registry.NewSession(client, credentials, endpoint)
	if err != nil {
		outcome["session_error"] = err.Error()
		return outcome, nil
	}
	steps := []object{}
	for i := range s.In.Steps {
		steps = append(steps, caller{session, endpoint}.take(&s.In.Steps[i]))
	}
	outcome["steps"] = steps
	return outcome, nil
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: wire SCENARIO.json HOST:PORT")
		os.Exit(2)
	}
	outcome, err := run(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(outcome); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
