// Command mesh-flows says which connections a tailnet's policy file lets through. Headscale's policy engine runs the
// file's own tests, approves the routes that nodes announce and compiles the rules of every node; Tailscale's packet
// filter then judges every packet on every port between any two devices. It reads one JSON request on standard input and
// writes one JSON answer.
package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"os"
	"runtime/debug"
	"slices"
	"strings"

	policy "github.com/juanfont/headscale/hscontrol/policy/v2"
	"github.com/juanfont/headscale/hscontrol/types"
	"github.com/rs/zerolog"
	"github.com/rs/zerolog/log"
	"go4.org/netipx"
	"gorm.io/gorm"
	"tailscale.com/tailcfg"
	"tailscale.com/types/ipproto"
	"tailscale.com/wgengine/filter"
)

var engines = []string{"github.com/juanfont/headscale", "tailscale.com"}

// Set by the linker.
var version = "0.0.0"

type request struct {
	// The policy file, in JSON or HuJSON.
	Policy  string   `json:"policy"`
	Devices []device `json:"devices"`
	// Names of accounts on nodes that somebody may log in to.
	Accounts []string `json:"accounts"`
}

// A device of the tailnet: with tags a node, with a user somebody's own.
type device struct {
	User      string       `json:"user"`
	Tags      []string     `json:"tags"`
	Addresses []netip.Addr `json:"addresses"`
	// What the device announces to the tailnet, and whether it takes what others do.
	Routes       []netip.Prefix `json:"routes"`
	AcceptRoutes bool           `json:"acceptRoutes"`
}

type answer struct {
	Engines []string `json:"engines"`
	// What the file's own tests say, empty where all pass.
	Tests string `json:"tests"`
	// By device: routes that it announces and that nobody but an administrator could let in.
	Unapproved [][]netip.Prefix `json:"unapproved"`
	Judged     int              `json:"judged"`
	Open       []passage        `json:"open"`
	Logins     []login          `json:"logins"`
}

// Ports on which packets pass from one device to another one. An address is one of the device's own, or of its routes.
type passage struct {
	From     int        `json:"from"`
	Source   netip.Addr `json:"source"`
	To       int        `json:"to"`
	Target   netip.Addr `json:"target"`
	Protocol string     `json:"protocol"`
	First    uint16     `json:"first"`
	Last     uint16     `json:"last"`
}

// An account of a device that another one may log in to by Tailscale's SSH; with Check, the user has to log in anew.
type login struct {
	From    int    `json:"from"`
	To      int    `json:"to"`
	Account string `json:"account"`
	Check   bool   `json:"check"`
}

var protocols = []struct {
	name   string
	number ipproto.Proto
}{{"TCP", ipproto.TCP}, {"UDP", ipproto.UDP}, {"SCTP", ipproto.SCTP}}

func main() {
	if slices.Equal(os.Args[1:], []string{"version"}) {
		fmt.Println("mesh-flows", version)
		return
	}
	log.Logger = zerolog.New(io.Discard)
	var asked request
	decoder := json.NewDecoder(os.Stdin)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&asked); err != nil {
		fail(err)
	}
	found, err := judge(asked)
	if err != nil {
		fail(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		fail(err)
	}
}

func fail(reason error) {
	fmt.Fprintln(os.Stderr, reason)
	os.Exit(2)
}

func judge(asked request) (*answer, error) {
	users, nodes := members(asked.Devices)
	views := nodes.ViewSlice()
	manager, err := policy.NewPolicyManager([]byte(asked.Policy), users, views)
	if err != nil {
		return nil, err
	}
	found := &answer{Engines: engineVersions(), Open: []passage{}, Logins: []login{}}
	for index, node := range nodes {
		unapproved := []netip.Prefix{}
		for _, route := range asked.Devices[index].Routes {
			if manager.NodeCanApproveRoute(node.View(), route) {
				node.ApprovedRoutes = append(node.ApprovedRoutes, route)
			} else {
				unapproved = append(unapproved, route)
			}
		}
		found.Unapproved = append(found.Unapproved, unapproved)
	}
	if _, err := manager.SetNodes(nodes.ViewSlice()); err != nil {
		return nil, err
	}
	// Tests are run where somebody sets the policy, and not where a server starts with it.
	if _, err := manager.SetPolicy([]byte(asked.Policy)); err != nil {
		found.Tests = err.Error()
	}
	for to := range nodes {
		if err := found.judgeTarget(asked, manager, nodes, to); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// Everything that reaches one device.
func (found *answer) judgeTarget(asked request, manager *policy.PolicyManager, nodes types.Nodes, to int) error {
	rules, err := manager.FilterForNode(nodes[to].View())
	if err != nil {
		return err
	}
	matches, err := filter.MatchesFromFilterRules(rules)
	if err != nil {
		return err
	}
	var local netipx.IPSetBuilder
	for _, address := range asked.Devices[to].Addresses {
		local.Add(address)
	}
	for _, route := range nodes[to].ApprovedRoutes {
		local.AddPrefix(route)
	}
	own, err := local.IPSet()
	if err != nil {
		return err
	}
	gate := filter.New(matches, nil, own, nil, nil, func(string, ...any) {})
	edges := edgesOf(rules)
	for from := range nodes {
		if from == to {
			continue
		}
		// A device without --accept-routes sends nothing to routes of others, and takes nothing that comes from them.
		sources := addressesOf(asked.Devices[from], nodes[from], asked.Devices[to].AcceptRoutes)
		targets := addressesOf(asked.Devices[to], nodes[to], asked.Devices[from].AcceptRoutes)
		for _, source := range sources {
			for _, target := range targets {
				found.judgePair(gate, edges, passage{From: from, Source: source, To: to, Target: target})
			}
		}
	}
	return found.judgeLogins(asked, manager, nodes, to)
}

func (found *answer) judgePair(gate *filter.Filter, edges []uint16, pair passage) {
	if pair.Source.Is4() != pair.Target.Is4() {
		return
	}
	for _, protocol := range protocols {
		isOpen := false
		for index, port := range edges {
			found.Judged++
			passes := gate.Check(pair.Source, pair.Target, port, protocol.number) == filter.Accept
			last := uint16(65535)
			if index+1 < len(edges) {
				last = edges[index+1] - 1
			}
			switch {
			case passes && isOpen:
				found.Open[len(found.Open)-1].Last = last
			case passes:
				pair.Protocol, pair.First, pair.Last = protocol.name, port, last
				found.Open = append(found.Open, pair)
			}
			isOpen = passes
		}
	}
}

// Ports at which some rule begins or has ended: between two of them, every port is judged alike.
func edgesOf(rules []tailcfg.FilterRule) []uint16 {
	edges := []uint16{1}
	for _, rule := range rules {
		for _, target := range rule.DstPorts {
			edges = append(edges, max(target.Ports.First, 1))
			if target.Ports.Last < 65535 {
				edges = append(edges, target.Ports.Last+1)
			}
		}
	}
	slices.Sort(edges)
	return slices.Compact(edges)
}

// The device's own addresses, and those of its routes for who takes them: of a range, the first.
func addressesOf(own device, node *types.Node, withRoutes bool) []netip.Addr {
	found := slices.Clone(own.Addresses)
	if withRoutes {
		for _, route := range node.ApprovedRoutes {
			found = append(found, route.Addr())
		}
	}
	return found
}

func (found *answer) judgeLogins(asked request, manager *policy.PolicyManager, nodes types.Nodes, to int) error {
	rules, err := manager.SSHPolicy("https://unused.invalid", nodes[to].View())
	if err != nil || rules == nil {
		return err
	}
	for from, caller := range asked.Devices {
		for _, account := range asked.Accounts {
			if from == to {
				continue
			}
			// The first rule that names caller and account decides.
			for _, rule := range rules.Rules {
				if !names(rule, caller) || !lets(rule, account) {
					continue
				}
				if rule.Action.Accept || rule.Action.HoldAndDelegate != "" {
					check := rule.Action.HoldAndDelegate != ""
					found.Logins = append(found.Logins, login{From: from, To: to, Account: account, Check: check})
				}
				break
			}
		}
	}
	return nil
}

func names(rule *tailcfg.SSHRule, caller device) bool {
	return slices.ContainsFunc(rule.Principals, func(principal *tailcfg.SSHPrincipal) bool {
		isCaller := func(address netip.Addr) bool { return principal.NodeIP == address.String() }
		return principal.Any || principal.UserLogin != "" && principal.UserLogin == caller.User ||
			slices.ContainsFunc(caller.Addresses, isCaller)
	})
}

func lets(rule *tailcfg.SSHRule, account string) bool {
	local, known := rule.SSHUsers[account]
	if !known {
		local = rule.SSHUsers["*"]
	}
	return local != ""
}

// Devices as Headscale keeps them, and the users that they belong to.
func members(devices []device) ([]types.User, types.Nodes) {
	users := []types.User{}
	known := map[string]int{}
	for _, each := range devices {
		if _, ok := known[each.User]; each.User != "" && !ok {
			known[each.User] = len(users)
			name, _, _ := strings.Cut(each.User, "@")
			id := uint(len(users) + 1)
			users = append(users, types.User{Model: gorm.Model{ID: id}, Name: name, Email: each.User})
		}
	}
	nodes := types.Nodes{}
	for index, each := range devices {
		node := &types.Node{
			ID:        types.NodeID(index + 1),
			Hostname:  fmt.Sprintf("device-%d", index),
			GivenName: fmt.Sprintf("device-%d", index),
			Tags:      each.Tags,
			Hostinfo:  &tailcfg.Hostinfo{RoutableIPs: each.Routes},
		}
		for _, address := range each.Addresses {
			if address.Is4() {
				node.IPv4 = &address
			} else {
				node.IPv6 = &address
			}
		}
		if each.User != "" {
			owner := &users[known[each.User]]
			node.UserID, node.User = &owner.ID, owner
		}
		nodes = append(nodes, node)
	}
	return users, nodes
}

// The modules' versions as they were built in, for reports.
func engineVersions() []string {
	found := []string{}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dependency := range info.Deps {
			if slices.Contains(engines, dependency.Path) {
				found = append(found, dependency.Path+" "+dependency.Version)
			}
		}
	}
	slices.SortFunc(found, cmp.Compare)
	return found
}
