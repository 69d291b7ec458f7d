package registryd

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestParseAddress(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want address
	}{
		"socket":            {"unix:/run/x.sock", address{socket: "/run/x.sock", local: true}},
		"socket, URI":       {"unix:///run/x.sock", address{socket: "/run/x.sock", local: true}},
		"relative socket":   {"unix:x.sock", address{socket: "x.sock", local: true}},
		"odd characters":    {"unix:/a b%[#@", address{socket: "/a b%[#@", local: true}},
		"longest socket":    {"unix:/" + strings.Repeat("a", 106), address{socket: "/" + strings.Repeat("a", 106), local: true}},
		"name":              {"registryd.example:50051", address{hostPort: "registryd.example:50051"}},
		"name of loopback":  {"LocalHost:1", address{hostPort: "LocalHost:1", local: true}},
		"loopback":          {"127.0.0.1:65535", address{hostPort: "127.0.0.1:65535", local: true}},
		"all of loopback":   {"127.9.9.9:1", address{hostPort: "127.9.9.9:1", local: true}},
		"IPv4":              {"10.0.0.1:1", address{hostPort: "10.0.0.1:1"}},
		"IPv6 loopback":     {"[::1]:50051", address{hostPort: "[::1]:50051", local: true}},
		"IPv6":              {"[fd00::1]:50051", address{hostPort: "[fd00::1]:50051"}},
		"IPv4 within IPv6":  {"[::ffff:127.0.0.1]:1", address{hostPort: "[::ffff:127.0.0.1]:1"}},
		"name of a network": {"127.0.0.1.example:1", address{hostPort: "127.0.0.1.example:1"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := parseAddress(test.text)
			if err != nil || got != test.want {
				t.Errorf("parseAddress(%q) = %+v, %v; want %+v", test.text, got, err, test.want)
			}
		})
	}
}

func TestParseAddressRefuses(t *testing.T) {
	const neither = "want unix:PATH or HOST:PORT"
	for name, test := range map[string]struct{ text, why string }{
		"nothing":            {"", neither},
		"no port":            {"registryd.example", neither},
		"empty port":         {"registryd.example:", neither},
		"port 0":             {"registryd.example:0", neither},
		"port too high":      {"registryd.example:65536", neither},
		"port with zeros":    {"registryd.example:000080", neither},
		"port with a sign":   {"registryd.example:+80", neither},
		"no host":            {":50051", neither},
		"scheme":             {"dns:///registryd.example:50051", neither},
		"URL":                {"https://registryd.example:50051", neither},
		"abstract socket":    {"unix-abstract:x", neither},
		"host with a space":  {"registryd example:1", neither},
		"bare IPv6":          {"::1:50051", "in brackets"},
		"no IPv6":            {"[127.0.0.1]:1", "not an IPv6 address"},
		"zone":               {"[fe80::1%eth0]:1", "not an IPv6 address"},
		"open bracket":       {"[::1:50051", "not an IPv6 address"},
		"open bracket, name": {"[host:1", "not an IPv6 address"},
		"no path":            {"unix:", "path of the socket is missing"},
		"socket elsewhere":   {"unix://host/x.sock", "on this machine"},
		"NUL":                {"unix:/a\x00b", "NUL"},
		"socket too long":    {"unix:/" + strings.Repeat("a", 107), "at most 107 bytes; this one has 108"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseAddress(test.text)
			if err == nil || !strings.Contains(err.Error(), test.why) {
				t.Errorf("parseAddress(%q) fails with %v, want %q", test.text, err, test.why)
			}
		})
	}
}

func TestChooseAddress(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(folder, "socket")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()

	for name, test := range map[string]struct {
		variable string
		sockets  []string
		want     string
	}{
		"variable first":     {"host:1", []string{socket}, "host:1"},
		"a socket":           {"", []string{folder + "/missing", socket}, "unix:" + socket},
		"a file is not one":  {"", []string{file}, "127.0.0.1:50051"},
		"neither is nothing": {"", nil, "127.0.0.1:50051"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := chooseAddress(test.variable, test.sockets); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestDefaultAddressFollowsTheEnvironment(t *testing.T) {
	folder := t.TempDir()
	socket := filepath.Join(folder, "registryd", "registryd.sock")
	if err := os.Mkdir(filepath.Dir(socket), 0o700); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	t.Setenv("XDG_RUNTIME_DIR", folder)
	t.Setenv("REGISTRYD_ADDRESS", "")
	if got := DefaultAddress(); got != "unix:"+socket {
		t.Errorf("by XDG_RUNTIME_DIR: %q", got)
	}
	t.Setenv("REGISTRYD_ADDRESS", "registryd.example:1")
	if got := DefaultAddress(); got != "registryd.example:1" {
		t.Errorf("by REGISTRYD_ADDRESS: %q", got)
	}
}
