package registryd

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"

	registryv1 "registryd.dev/client/go/registry/v1"
)

// issue writes NAME.pem and NAME.key, signed by parent or, without one, by
// itself, and returns the two paths.
func issue(t *testing.T, folder, name string, parent *tls.Certificate, template *x509.Certificate) (string, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template.SerialNumber = big.NewInt(1)
	template.Subject = pkix.Name{CommonName: name}
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	signer, signerKey := template, any(key)
	if parent != nil {
		signer, signerKey = parent.Leaf, parent.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, template, signer, key.Public(), signerKey)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write := func(suffix, kind string, content []byte) string {
		path := filepath.Join(folder, name+suffix)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write(".pem", "CERTIFICATE", der), write(".key", "PRIVATE KEY", private)
}

func load(t *testing.T, certFile, keyFile string) *tls.Certificate {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		t.Fatal(err)
	}
	if pair.Leaf, err = x509.ParseCertificate(pair.Certificate[0]); err != nil {
		t.Fatal(err)
	}
	return &pair
}

func TestTLS(t *testing.T) {
	folder := t.TempDir()
	authorityFile, authorityKey := issue(t, folder, "authority", nil,
		&x509.Certificate{IsCA: true, BasicConstraintsValid: true})
	authority := load(t, authorityFile, authorityKey)
	strangerFile, _ := issue(t, folder, "stranger", nil, &x509.Certificate{IsCA: true, BasicConstraintsValid: true})
	clientFile, clientKey := issue(t, folder, "client", authority, &x509.Certificate{})
	listen := func(fake *fakeService, name string, clientAuth tls.ClientAuthType, template *x509.Certificate) string {
		serverFile, serverKey := issue(t, folder, name, authority, template)
		pool := x509.NewCertPool()
		pool.AddCert(authority.Leaf)
		creds := credentials.NewTLS(&tls.Config{
			Certificates: []tls.Certificate{*load(t, serverFile, serverKey)}, ClientAuth: clientAuth, ClientCAs: pool,
		})
		return fake.listen(t, "tcp", "127.0.0.1:0", grpc.Creds(creds)).String()
	}
	fake := &fakeService{}
	byIP := listen(fake, "ip", tls.VerifyClientCertIfGiven, &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}})
	byName := listen(fake, "name", tls.NoClientCert, &x509.Certificate{DNSNames: []string{"registryd.example"}})
	mutual := listen(fake, "mutual", tls.RequireAndVerifyClientCert, &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}})

	for name, test := range map[string]struct {
		address string
		tls     *TLSOptions
		want    codes.Code
	}{
		"an authority of its own":        {byIP, &TLSOptions{CAFile: authorityFile}, codes.OK},
		"a client certificate":           {mutual, &TLSOptions{CAFile: authorityFile, CertFile: clientFile, KeyFile: clientKey}, codes.OK},
		"no client certificate":          {mutual, &TLSOptions{CAFile: authorityFile}, codes.Unavailable},
		"another name":                   {byName, &TLSOptions{CAFile: authorityFile, ServerName: "registryd.example"}, codes.OK},
		"not the address's name":         {byName, &TLSOptions{CAFile: authorityFile}, codes.Unavailable},
		"not trusted":                    {byIP, &TLSOptions{CAFile: strangerFile}, codes.Unavailable},
		"not trusted by the system":      {byIP, &TLSOptions{}, codes.Unavailable},
		"plain text where TLS is spoken": {byIP, nil, codes.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			client := mustDial(t, Options{Address: test.address, TLS: test.tls, Timeout: time.Minute})
			_, err := client.Registry().ParseReference(context.Background(), &registryv1.ParseReferenceRequest{})
			if status.Code(err) != test.want {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}

func TestTLSIsSpokenToOtherMachines(t *testing.T) {
	for name, test := range map[string]struct{ address, protocol string }{
		"to this machine":   {"127.0.0.1:1", "insecure"},
		"over a socket":     {"unix:/x", "insecure"},
		"to another":        {"registryd.example:1", "tls"},
		"to a bare address": {"192.0.2.1:1", "tls"},
	} {
		t.Run(name, func(t *testing.T) {
			where, err := parseAddress(test.address)
			if err != nil {
				t.Fatal(err)
			}
			chosen, err := new(Options).credentials(where)
			if err != nil || !strings.EqualFold(chosen.Info().SecurityProtocol, test.protocol) {
				t.Errorf("got %+v, %v", chosen.Info(), err)
			}
		})
	}
}
