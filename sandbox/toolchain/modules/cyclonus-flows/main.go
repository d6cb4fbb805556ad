// Command cyclonus-flows says which connections a set of NetworkPolicies lets through. Cyclonus judges; this program
// asks it about every pair of peers on every port. It reads one JSON request on standard input and writes one JSON
// answer.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"slices"

	"github.com/mattfenwick/cyclonus/pkg/matcher"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
)

const engine = "github.com/mattfenwick/cyclonus"

// Set by the linker.
var version = "0.0.0"

type request struct {
	Policies []*networking.NetworkPolicy `json:"policies"`
	Peers    []peer                      `json:"peers"`
	Ports    []port                      `json:"ports"`
	// Connections whose verdict is wanted even if they are blocked.
	Declared []connection `json:"declared"`
}

// An end of a connection: a pod, or with no namespace an address outside the cluster.
type peer struct {
	Address         string            `json:"address"`
	Namespace       string            `json:"namespace"`
	NamespaceLabels map[string]string `json:"namespaceLabels"`
	Labels          map[string]string `json:"labels"`
	// Only connections with a governed end are looked at.
	Governed bool `json:"governed"`
}

type port struct {
	Number   int           `json:"number"`
	Protocol core.Protocol `json:"protocol"`
}

// Indexes into the request's peers and ports.
type connection struct {
	From int `json:"from"`
	To   int `json:"to"`
	Port int `json:"port"`
}

type answer struct {
	Engine   string    `json:"engine"`
	Judged   int       `json:"judged"`
	Verdicts []verdict `json:"verdicts"`
}

// What holds for a pair of peers on some ports. Connections that are blocked at every governed end are left out, unless
// they were declared.
type verdict struct {
	From    int   `json:"from"`
	To      int   `json:"to"`
	Ports   []int `json:"ports"`
	Egress  side  `json:"egress"`
	Ingress side  `json:"ingress"`
}

// What one end of a connection says: the policies that select the pod, as namespace/name, and those among them that let
// the connection through.
type side struct {
	Allowed   bool     `json:"allowed"`
	Selecting []string `json:"selecting"`
	Allowing  []string `json:"allowing"`
}

// One policy by itself.
type single struct {
	name  string
	rules *matcher.Policy
}

func main() {
	if slices.Equal(os.Args[1:], []string{"version"}) {
		fmt.Println("cyclonus-flows", version)
		return
	}
	defer func() {
		// Cyclonus panics at a policy that the API server would have refused.
		if reason := recover(); reason != nil {
			fail(reason)
		}
	}()
	var asked request
	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&asked); err != nil {
		fail(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(judge(asked)); err != nil {
		fail(err)
	}
}

func fail(reason any) {
	fmt.Fprintln(os.Stderr, reason)
	os.Exit(2)
}

func judge(asked request) answer {
	all := matcher.BuildNetworkPolicies(false, asked.Policies)
	each := make([]single, len(asked.Policies))
	for index, policy := range asked.Policies {
		rules := matcher.BuildNetworkPolicies(false, []*networking.NetworkPolicy{policy})
		each[index] = single{name: policy.Namespace + "/" + policy.Name, rules: rules}
	}
	declared := map[connection]bool{}
	for _, wanted := range asked.Declared {
		declared[wanted] = true
	}
	ends := make([]*matcher.TrafficPeer, len(asked.Peers))
	// The policies that select each peer: no other one has a say at its end.
	own := make([]*matcher.Policy, len(asked.Peers))
	for index, end := range asked.Peers {
		ends[index] = end.traffic()
		ingress := all.TargetsApplyingToPod(true, end.Namespace, end.Labels)
		egress := all.TargetsApplyingToPod(false, end.Namespace, end.Labels)
		own[index] = matcher.NewPolicyWithTargets(ingress, egress)
	}

	result := answer{Engine: engineVersion(), Verdicts: []verdict{}}
	for from, source := range asked.Peers {
		for to, destination := range asked.Peers {
			if !source.Governed && !destination.Governed {
				continue
			}
			alike := map[string]int{}
			for index, on := range asked.Ports {
				traffic := &matcher.Traffic{
					Source:       ends[from],
					Destination:  ends[to],
					ResolvedPort: on.Number,
					Protocol:     on.Protocol,
				}
				result.Judged++
				out := own[from].IsIngressOrEgressAllowed(traffic, false).IsAllowed()
				in := own[to].IsIngressOrEgressAllowed(traffic, true).IsAllowed()
				open := source.Governed && out || destination.Governed && in
				if !open && !declared[connection{from, to, index}] {
					continue
				}
				found := verdict{From: from, To: to, Ports: []int{index}}
				found.Egress = sideOf(out, each, traffic, false)
				found.Ingress = sideOf(in, each, traffic, true)
				key := fmt.Sprint(found.Egress, found.Ingress)
				if known, ok := alike[key]; ok {
					result.Verdicts[known].Ports = append(result.Verdicts[known].Ports, index)
					continue
				}
				alike[key] = len(result.Verdicts)
				result.Verdicts = append(result.Verdicts, found)
			}
		}
	}
	return result
}

func (end peer) traffic() *matcher.TrafficPeer {
	if end.Namespace == "" {
		return &matcher.TrafficPeer{IP: end.Address}
	}
	pod := &matcher.InternalPeer{Namespace: end.Namespace, NamespaceLabels: end.NamespaceLabels, PodLabels: end.Labels}
	return &matcher.TrafficPeer{IP: end.Address, Internal: pod}
}

// Names the policies behind a verdict, asking about one at a time, because cyclonus joins those that select the same
// pods.
func sideOf(allowed bool, policies []single, traffic *matcher.Traffic, ingress bool) side {
	found := side{Allowed: allowed, Selecting: []string{}, Allowing: []string{}}
	for _, policy := range policies {
		result := policy.rules.IsIngressOrEgressAllowed(traffic, ingress)
		if len(result.AllowingTargets)+len(result.DenyingTargets) > 0 {
			found.Selecting = append(found.Selecting, policy.name)
		}
		if len(result.AllowingTargets) > 0 {
			found.Allowing = append(found.Allowing, policy.name)
		}
	}
	return found
}

// The module's version as it was built in, for reports.
func engineVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dependency := range info.Deps {
			if dependency.Path == engine {
				return engine + " " + dependency.Version
			}
		}
	}
	return engine
}
