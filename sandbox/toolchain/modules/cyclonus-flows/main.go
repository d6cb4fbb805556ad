// Command cyclonus-flows says which connections a set of NetworkPolicies lets through. Cyclonus judges; this program
// asks it about every pair of peers on every port, once for all pods that the same policies select. It reads one JSON request on standard input and writes one JSON
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
	each := make([]single, len(asked.Policies))
	for index, policy := range asked.Policies {
		rules := matcher.BuildNetworkPolicies(false, []*networking.NetworkPolicy{policy})
		each[index] = single{name: policy.Namespace + "/" + policy.Name, rules: rules}
	}
	declared := map[[2]int][]int{}
	for _, wanted := range asked.Declared {
		pair := [2]int{wanted.From, wanted.To}
		declared[pair] = append(declared[pair], wanted.Port)
	}
	ends := make([]*matcher.TrafficPeer, len(asked.Peers))
	for index, end := range asked.Peers {
		ends[index] = end.traffic()
	}
	all := matcher.BuildNetworkPolicies(false, asked.Policies)
	egress := newBench(asked, all, each, ends, false)
	ingress := newBench(asked, all, each, ends, true)

	result := answer{Engine: engineVersion(), Verdicts: []verdict{}}
	for from, source := range asked.Peers {
		for to, destination := range asked.Peers {
			if !source.Governed && !destination.Governed {
				continue
			}
			alike := map[string]int{}
			out, in := egress.allowed(from, to), ingress.allowed(to, from)
			wanted := declared[[2]int{from, to}]
			result.Judged += len(asked.Ports)
			for index := range asked.Ports {
				open := source.Governed && out[index] || destination.Governed && in[index]
				if !open && !slices.Contains(wanted, index) {
					continue
				}
				found := verdict{From: from, To: to, Ports: []int{index}}
				found.Egress = egress.side(from, to, index)
				found.Ingress = ingress.side(to, from, index)
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

// Judges one end of connections. What an end says depends on its pod only by the policies that select it, so pods that
// the same ones select share a class, and cyclonus judges each class once with each peer on each port.
type bench struct {
	isIngress bool
	ports     []port
	policies  []single
	ends      []*matcher.TrafficPeer
	// The class of each peer.
	classes []int
	// By class: a peer of it, and what the policies that select it let through; no other one has a say at its end.
	members []int
	own     [][]*matcher.Target
	answers map[[2]int][]bool
	sides   map[[3]int]side
}

func newBench(asked request, all *matcher.Policy, policies []single, ends []*matcher.TrafficPeer, isIngress bool) *bench {
	found := &bench{isIngress: isIngress, ports: asked.Ports, policies: policies, ends: ends}
	found.classes = make([]int, len(asked.Peers))
	found.answers = map[[2]int][]bool{}
	found.sides = map[[3]int]side{}
	known := map[string]int{}
	for index, end := range asked.Peers {
		selecting := all.TargetsApplyingToPod(isIngress, end.Namespace, end.Labels)
		keys := []string{}
		for _, target := range selecting {
			keys = append(keys, target.GetPrimaryKey())
		}
		slices.Sort(keys)
		// Nothing selects an address outside the cluster.
		key := fmt.Sprintf("%t %q", ends[index].Internal == nil, keys)
		class, ok := known[key]
		if !ok {
			class = len(found.members)
			known[key] = class
			found.members = append(found.members, index)
			found.own = append(found.own, selecting)
		}
		found.classes[index] = class
	}
	return found
}

// Whether the end lets the connection with the peer through, by port.
func (judge *bench) allowed(end, peer int) []bool {
	class := judge.classes[end]
	key := [2]int{class, peer}
	if known, ok := judge.answers[key]; ok {
		return known
	}
	found := make([]bool, len(judge.ports))
	for index, on := range judge.ports {
		lets := func(own *matcher.Target) bool { return own.Allows(judge.ends[peer], on.Number, "", on.Protocol) }
		// Kubernetes leaves a pod open that no policy selects; of several, each adds what it allows.
		found[index] = len(judge.own[class]) == 0 || slices.ContainsFunc(judge.own[class], lets)
	}
	judge.answers[key] = found
	return found
}

// Names the policies behind a verdict, asking about one at a time, because cyclonus joins those that select the same
// pods.
func (judge *bench) side(end, peer, on int) side {
	class := judge.classes[end]
	key := [3]int{class, peer, on}
	if known, ok := judge.sides[key]; ok {
		return known
	}
	found := side{Allowed: judge.allowed(end, peer)[on], Selecting: []string{}, Allowing: []string{}}
	traffic := judge.traffic(class, peer, on)
	for _, policy := range judge.policies {
		result := policy.rules.IsIngressOrEgressAllowed(traffic, judge.isIngress)
		if len(result.AllowingTargets)+len(result.DenyingTargets) > 0 {
			found.Selecting = append(found.Selecting, policy.name)
		}
		if len(result.AllowingTargets) > 0 {
			found.Allowing = append(found.Allowing, policy.name)
		}
	}
	judge.sides[key] = found
	return found
}

func (judge *bench) traffic(class, peer, on int) *matcher.Traffic {
	source, destination := judge.ends[judge.members[class]], judge.ends[peer]
	if judge.isIngress {
		source, destination = destination, source
	}
	number, protocol := judge.ports[on].Number, judge.ports[on].Protocol
	return &matcher.Traffic{Source: source, Destination: destination, ResolvedPort: number, Protocol: protocol}
}

func (end peer) traffic() *matcher.TrafficPeer {
	if end.Namespace == "" {
		return &matcher.TrafficPeer{IP: end.Address}
	}
	pod := &matcher.InternalPeer{Namespace: end.Namespace, NamespaceLabels: end.NamespaceLabels, PodLabels: end.Labels}
	return &matcher.TrafficPeer{IP: end.Address, Internal: pod}
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
