package registryd

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"time"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

const defaultTimeout = 5 * time.Second

// Options say how a service is reached. The zero value reaches the one on this
// machine.
type Options struct {
	// Address is unix:PATH or HOST:PORT. Empty: DefaultAddress().
	Address string
	// TLS is how TLS is spoken. Nil: plain text to this machine (a Unix socket,
	// a loopback address), TLS with the system's authorities to any other.
	TLS *TLSOptions
	// Timeout is for calls whose context has no deadline. Streams have none
	// unless their context has. Zero: 5 seconds.
	Timeout time.Duration
	// UserAgent goes before gRPC's own. Empty: that alone.
	UserAgent string
}

// TLSOptions say how TLS is spoken to the service. Files hold PEM and are read
// once.
type TLSOptions struct {
	// CAFile holds the trusted authorities. Empty: the system's.
	CAFile string
	// CertFile and KeyFile are the client's certificate and its key: both or
	// neither.
	CertFile, KeyFile string
	// ServerName is what the service's certificate must be for. Empty: the
	// address's host.
	ServerName string
}

func (o *Options) timeout() (time.Duration, error) {
	switch {
	case o.Timeout < 0:
		return 0, errors.New("Timeout: must be positive")
	case o.Timeout == 0:
		return defaultTimeout, nil
	}
	return o.Timeout, nil
}

func (o *Options) credentials(where address) (credentials.TransportCredentials, error) {
	switch {
	case where.socket != "" && o.TLS != nil:
		return nil, errors.New("TLS is not spoken over a Unix socket")
	case o.TLS != nil:
		return o.TLS.credentials()
	case where.local:
		return insecure.NewCredentials(), nil
	}
	return (&TLSOptions{}).credentials()
}

func (o *TLSOptions) credentials() (credentials.TransportCredentials, error) {
	if (o.CertFile == "") != (o.KeyFile == "") {
		return nil, errors.New("a TLS client certificate and its key go together")
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: o.ServerName}
	if o.CAFile != "" {
		pem, err := os.ReadFile(o.CAFile)
		if err != nil {
			return nil, fmt.Errorf("CAFile: %w", err)
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("CAFile: %s holds no certificate in PEM", o.CAFile)
		}
	}
	if o.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(o.CertFile, o.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("CertFile, KeyFile: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return credentials.NewTLS(config), nil
}
