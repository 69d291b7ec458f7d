package registryd

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	addressVariable = "REGISTRYD_ADDRESS"
	defaultSocket   = "/run/registryd/registryd.sock"
	defaultHostPort = "127.0.0.1:50051"
	// What sockaddr_un holds, less the NUL.
	maxSocketPath = 107
)

// address is where a service is reached.
type address struct {
	// The path of a Unix socket. Empty: hostPort says where.
	socket string
	// HOST:PORT, IPv6 in brackets.
	hostPort string
	// Bytes sent there do not leave this machine: a Unix socket, a loopback
	// address, or localhost.
	local bool
}

// parseAddress reads unix:PATH or HOST:PORT, where HOST is a name, an IPv4
// address or an IPv6 address in brackets. Abstract sockets and gRPC's other
// schemes are refused. The error says what to write instead.
func parseAddress(text string) (address, error) {
	parse := parseHostPort
	rest, isUnix := strings.CutPrefix(text, "unix:")
	if isUnix {
		parse = parseSocket
	}
	parsed, why := parse(rest)
	if why != "" {
		return address{}, fmt.Errorf("address %q: %s", text, why)
	}
	return parsed, nil
}

func parseSocket(path string) (_ address, why string) {
	// unix:///run/x.sock, the URI form, means the same as unix:/run/x.sock.
	if strings.HasPrefix(path, "///") {
		path = path[2:]
	}
	switch {
	case path == "":
		return address{}, "the path of the socket is missing"
	case strings.HasPrefix(path, "//"):
		return address{}, "a socket is on this machine; write unix:/PATH"
	case strings.ContainsRune(path, 0):
		return address{}, "a path holds no NUL"
	case len(path) > maxSocketPath:
		return address{}, fmt.Sprintf("the path of a socket has at most %d bytes; this one has %d",
			maxSocketPath, len(path))
	}
	return address{socket: path, local: true}, ""
}

func parseHostPort(text string) (_ address, why string) {
	colon := strings.LastIndexByte(text, ':')
	if colon < 0 || !isPort(text[colon+1:]) {
		return address{}, "want unix:PATH or HOST:PORT, with a port from 1 to 65535"
	}
	host := text[:colon]
	if bare, bracketed := strings.CutPrefix(host, "["); bracketed {
		bare, closed := strings.CutSuffix(bare, "]")
		if !closed || !isIPv6(bare) {
			return address{}, "not an IPv6 address in brackets"
		}
		host = bare
	} else if isIPv6(host) {
		return address{}, "an IPv6 address stands in brackets: [::1]:50051"
	} else if !isName(host) {
		return address{}, "want unix:PATH or HOST:PORT, without a scheme or path"
	}
	return address{hostPort: text, local: isLoopback(host)}, ""
}

func isPort(text string) bool {
	port, err := strconv.ParseUint(text, 10, 16)
	return err == nil && port > 0 && len(text) <= 5
}

func isIPv6(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Is6() && ip.Zone() == ""
}

func isName(host string) bool {
	for _, c := range []byte(host) {
		alnum := '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
		if !alnum && !strings.ContainsRune("-._", rune(c)) {
			return false
		}
	}
	return host != ""
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	// An IPv4 address within IPv6 is not the loopback's.
	return ip != nil && ip.IsLoopback() && (ip.To4() == nil || !strings.Contains(host, ":"))
}

// DefaultAddress is $REGISTRYD_ADDRESS if it is set and not empty, else the
// socket of a service of the user's own
// ($XDG_RUNTIME_DIR/registryd/registryd.sock) if there is one, else
// /run/registryd/registryd.sock if it exists, else 127.0.0.1:50051.
func DefaultAddress() string {
	var sockets []string
	if runtime := os.Getenv("XDG_RUNTIME_DIR"); runtime != "" {
		sockets = append(sockets, filepath.Join(runtime, "registryd", "registryd.sock"))
	}
	return chooseAddress(os.Getenv(addressVariable), append(sockets, defaultSocket))
}

func chooseAddress(variable string, sockets []string) string {
	if variable != "" {
		return variable
	}
	for _, socket := range sockets {
		if info, err := os.Stat(socket); err == nil && info.Mode().Type() == os.ModeSocket {
			return "unix:" + socket
		}
	}
	return defaultHostPort
}
