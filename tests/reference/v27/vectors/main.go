// Answers questions in the form of the conformance vectors with Docker Engine's own
// packages.
//
// usage: vectors HOSTS.json < QUESTIONS.jsonl > VECTORS.jsonl
//
// The package resolves names by net.DefaultResolver, which here knows HOSTS.json alone.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sort"

	"github.com/containerd/log"
	"github.com/distribution/reference"
	"github.com/docker/distribution/registry/client/auth/challenge"
	registrytypes "github.com/docker/docker/api/types/registry"
	"github.com/docker/docker/pkg/tarsum"
	"github.com/docker/docker/registry"
)

type object map[string]any

type options struct {
	Artifacts []string `json:"allow-nondistributable-artifacts"`
	Mirrors   []string `json:"registry-mirrors"`
	Insecure  []string `json:"insecure-registries"`
}

type question struct {
	Op string `json:"op"`
	In struct {
		URL       string   `json:"url"`
		Hostname  string   `json:"hostname"`
		Reference string   `json:"reference"`
		Name      string   `json:"name"`
		Mirror    string   `json:"mirror"`
		Headers   []string `json:"www_authenticate"`
		JSON      string   `json:"json"`
		Tar       string   `json:"tar_base64"`
		Keys      []string `json:"auth_config_keys"`
		Index     struct {
			Name     string `json:"name"`
			Official bool   `json:"official"`
		} `json:"index"`
	} `json:"in"`
	Options options `json:"options"`
}

func sorted(values []string) []string {
	values = append([]string{}, values...)
	sort.Strings(values)
	return values
}

func networks(values []*registrytypes.NetIPNet) []string {
	texts := []string{}
	for _, value := range values {
		texts = append(texts, (*net.IPNet)(value).String())
	}
	return sorted(texts)
}

func indexAnswer(index *registrytypes.IndexInfo) object {
	return object{"name": index.Name, "mirrors": append([]string{}, index.Mirrors...),
		"secure": index.Secure, "official": index.Official}
}

func referenceAnswer(text string) (object, error) {
	named, err := reference.ParseNormalizedNamed(text)
	if err != nil {
		return nil, err
	}
	info, err := registry.ParseRepositoryInfo(named)
	if err != nil {
		return nil, err
	}
	answer := object{"domain": reference.Domain(named), "path": reference.Path(named), "name": named.Name(),
		"familiar_name": reference.FamiliarName(named), "familiar_string": reference.FamiliarString(named),
		"string": named.String(), "official": info.Official, "index": indexAnswer(info.Index), "tag": "", "digest": ""}
	if tagged, ok := named.(reference.Tagged); ok {
		answer["tag"] = tagged.Tag()
	}
	if digested, ok := named.(reference.Digested); ok {
		answer["digest"] = digested.Digest().String()
	}
	return answer, nil
}

func repositoryAnswer(service *registry.Service, text string) (object, error) {
	named, err := reference.ParseNormalizedNamed(text)
	if err != nil {
		return nil, err
	}
	info, err := service.ResolveRepository(named)
	if err != nil {
		return nil, err
	}
	return object{"name": info.Name.Name(), "index": indexAnswer(info.Index), "official": info.Official,
		"class": info.Class}, nil
}

func endpointsAnswer(endpoints []registry.APIEndpoint, err error) (object, error) {
	if err != nil {
		return nil, err
	}
	list := []object{}
	for _, endpoint := range endpoints {
		list = append(list, object{
			"mirror": endpoint.Mirror, "url": endpoint.URL.String(), "version": endpoint.Version.String(),
			"allow_nondistributable_artifacts": endpoint.AllowNondistributableArtifacts,
			"official":                         endpoint.Official, "trim_hostname": endpoint.TrimHostname,
			"insecure_skip_verify": endpoint.TLSConfig != nil && endpoint.TLSConfig.InsecureSkipVerify})
	}
	return object{"endpoints": list}, nil
}

func configAnswer(service *registry.Service) object {
	config := service.ServiceConfig()
	indexes := object{}
	for name, index := range config.IndexConfigs {
		indexes[name] = indexAnswer(index)
	}
	return object{
		"allow_nondistributable_artifacts_cidrs":     networks(config.AllowNondistributableArtifactsCIDRs),
		"allow_nondistributable_artifacts_hostnames": sorted(config.AllowNondistributableArtifactsHostnames),
		"insecure_registry_cidrs":                    networks(config.InsecureRegistryCIDRs),
		"index_configs":                              indexes, "mirrors": append([]string{}, config.Mirrors...)}
}

func credentialsAnswer(q *question) object {
	known := map[string]registrytypes.AuthConfig{}
	for _, key := range q.In.Keys {
		known[key] = registrytypes.AuthConfig{Username: "user-of " + key}
	}
	index := &registrytypes.IndexInfo{Name: q.In.Index.Name, Official: q.In.Index.Official}
	return object{"key": registry.GetAuthConfigKey(index), "username": registry.ResolveAuthConfig(known, index).Username}
}

func challengesAnswer(headers []string) object {
	response := &http.Response{StatusCode: http.StatusUnauthorized, Header: http.Header{"Www-Authenticate": headers}}
	list := []object{}
	for _, c := range challenge.ResponseChallenges(response) {
		list = append(list, object{"scheme": c.Scheme, "parameters": c.Parameters})
	}
	return object{"challenges": list}
}

func checksumAnswer(q *question) (object, error) {
	layer, err := base64.StdEncoding.DecodeString(q.In.Tar)
	if err != nil {
		return nil, err
	}
	sum, err := tarsum.NewTarSum(bytes.NewReader(layer), false, tarsum.Version0)
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(io.Discard, sum); err != nil {
		return nil, err
	}
	return object{"checksum": sum.Sum([]byte(q.In.JSON))}, nil
}

// answer takes what needs no configuration first.
func answer(q *question) (object, error) {
	switch q.Op {
	case "convert_to_hostname":
		return object{"hostname": registry.ConvertToHostname(q.In.URL)}, nil
	case "parse_reference":
		return referenceAnswer(q.In.Reference)
	case "parse_search_index_info":
		index, err := registry.ParseSearchIndexInfo(q.In.Name)
		if err != nil {
			return nil, err
		}
		return indexAnswer(index), nil
	case "validate_index_name":
		name, err := registry.ValidateIndexName(q.In.Name)
		return object{"name": name}, err
	case "validate_mirror":
		mirror, err := registry.ValidateMirror(q.In.Mirror)
		return object{"mirror": mirror}, err
	case "resolve_auth_config":
		return credentialsAnswer(q), nil
	case "parse_challenges":
		return challengesAnswer(q.In.Headers), nil
	case "tarsum_v0":
		return checksumAnswer(q)
	}
	return configuredAnswer(q)
}

func configuredAnswer(q *question) (object, error) {
	service, err := registry.NewService(registry.ServiceOptions{
		AllowNondistributableArtifacts: q.Options.Artifacts,
		Mirrors:                        q.Options.Mirrors,
		InsecureRegistries:             q.Options.Insecure,
	})
	if err != nil {
		return nil, err
	}
	switch q.Op {
	case "is_insecure_registry":
		return object{"insecure": service.IsInsecureRegistry(q.In.Hostname)}, nil
	case "lookup_pull_endpoints":
		return endpointsAnswer(service.LookupPullEndpoints(q.In.Hostname))
	case "lookup_push_endpoints":
		return endpointsAnswer(service.LookupPushEndpoints(q.In.Hostname))
	case "resolve_repository":
		return repositoryAnswer(service, q.In.Reference)
	case "service_config":
		return configAnswer(service), nil
	}
	return nil, fmt.Errorf("no such op: %q", q.Op)
}

func run(hosts string) error {
	certificates, err := os.MkdirTemp("", "certs.d")
	if err != nil {
		return err
	}
	defer os.RemoveAll(certificates)
	registry.SetCertsDir(certificates)
	if err := log.SetLevel("error"); err != nil {
		return err
	}
	if err := resolveBy(hosts); err != nil {
		return err
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	for lines.Scan() {
		var q question
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			return err
		}
		line := map[string]any{}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return err
		}
		want, err := answer(&q)
		if err != nil {
			want = object{"error": err.Error()}
		}
		line["want"] = want
		if err := encoder.Encode(line); err != nil {
			return err
		}
	}
	return lines.Err()
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: vectors HOSTS.json < QUESTIONS.jsonl")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
