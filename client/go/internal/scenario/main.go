// Command scenario takes the steps of one scenario through the client, and
// prints a line for each. tests/scenarios/README.md says what the files hold and
// what is printed.
//
// usage: scenario CONTEXT.json SCENARIO.json
package main

import (
	"encoding/json"
	"log"
	"os"
)

// notUnderstood is the status of a scenario that asks for what there is not.
const notUnderstood = 2

// runContext is what a run is told.
type runContext struct {
	Connections map[string]struct {
		Address, CA, Cert, Key string
	}
	Values map[string]string
}

// step is what a scenario asks for: a call, or something with a stream.
type step struct {
	Name       string
	Service    string
	Call       string
	Request    json.RawMessage
	Connection string
	TimeoutMS  int64 `json:"timeout_ms"`
	Keep       map[string]string
	Hide       []string

	Open, Next, Cancel string
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Print("usage: scenario CONTEXT.json SCENARIO.json")
		os.Exit(notUnderstood)
	}
	var told runContext
	var script struct{ Steps []step }
	read(os.Args[1], &told)
	read(os.Args[2], &script)

	taker := newTaker(told)
	for _, next := range script.Steps {
		line, err := taker.take(next)
		if err != nil {
			log.Printf("step %q: %v", next.Name, err)
			os.Exit(notUnderstood)
		}
		line["step"] = next.Name
		os.Stdout.WriteString(compact(line) + "\n")
	}
}

func read(path string, into any) {
	content, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(content, into)
	}
	if err != nil {
		log.Print(err)
		os.Exit(notUnderstood)
	}
}
