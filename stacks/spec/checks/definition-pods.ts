import { OPERATORS } from "../../../components/cluster/operators/registry.ts";
import type { Container, Probe } from "../../../components/workloads/contract.ts";
import { containersOf } from "../../../components/workloads/contract.ts";
import type { PlannedWorkload } from "../../../components/workloads/plan.ts";
import { runsOf } from "../../../components/workloads/runs.ts";
import { oneOf } from "../../words.ts";
import type { Fault } from "./fault.ts";

/** What is wrong with the pods of a workload, or with what runs beside them. */
export function* podFaults(planned: PlannedWorkload): Iterable<Fault> {
  yield* nodePrivileges(planned);
  yield* sharedNames(planned);
  yield* unheardProbes(planned);
  yield* badScaling(planned);
  yield* badOperators(planned);
  yield* badBackups(planned);
}

function* nodePrivileges({ definition, workload }: PlannedWorkload): Iterable<Fault> {
  if (definition.nodeAgent === true) return;
  const agent = "an agent of its node, which says `nodeAgent: true`";
  if (containersOf(workload).some(({ user }) => user === 0)) {
    yield { got: "a container that runs as root", expected: `a user above 0, or ${agent}`, fix: "correct `user`" };
  }
  const { hostPaths = [], socketPaths = [], seesGpus } = workload;
  if (containersOf(workload).some(({ capability }) => capability !== undefined)) {
    yield { got: "a container with a capability of root", expected: `none, or ${agent}`, fix: "remove `capability`" };
  }
  if (seesGpus === true) {
    yield {
      got: "GPUs that it did not ask for",
      expected: `\`gpus\` of a container, or ${agent}`,
      fix: "remove `seesGpus`",
    };
  }
  if (socketPaths.length > 0) {
    yield {
      got: `sockets on its node: ${socketPaths.join(", ")}`,
      expected: `none, or ${agent}`,
      fix: "remove `socketPaths`",
    };
  }
  if (hostPaths.length > 0) {
    yield {
      got: `directories of its node: ${hostPaths.join(", ")}`,
      expected: `none, or ${agent}`,
      fix: "remove `hostPaths`",
    };
  }
}

/** The workload's own container is called main. */
function* sharedNames(planned: PlannedWorkload): Iterable<Fault> {
  const { sidecars = {}, prepare = {} } = planned.workload;
  const inPod = repeated(["main", ...Object.keys(sidecars), ...Object.keys(prepare)]);
  if (inPod !== undefined) {
    yield { got: `two containers ${inPod} in one pod`, expected: "a name for each", fix: "rename one" };
  }
  const run = repeated(runsOf(planned).map(({ name }) => name));
  if (run !== undefined) {
    yield { got: `two runs of the name ${run}`, expected: "a name for each", fix: "rename the job" };
  }
}

const repeated = (names: readonly string[]): string | undefined =>
  names.find((name, index) => names.indexOf(name) !== index);

/** A port that neither the definition's ports nor anything that the container is told mentions is a slip of the pen. */
function* unheardProbes({ definition, workload }: PlannedWorkload): Iterable<Fault> {
  const ports = Object.values(definition.ports).map(({ port }) => port);
  const { container, sidecars = {} } = workload;
  for (const one of [container, ...Object.values(sidecars)]) {
    const told = JSON.stringify([one.command, one.args, one.env, workload.files]);
    for (const port of new Set(probedPorts(one))) {
      if (ports.includes(port) || new RegExp(`(?<!\\d)${port}(?!\\d)`).test(told)) continue;
      yield {
        got: `a probe of port ${port}, which is none of its ports and which nothing tells the container`,
        expected: ports.length === 0 ? "a port at which the container answers" : oneOf(ports.map(String)),
        fix: "correct the probe",
      };
    }
  }
}

const probedPorts = ({ probes }: Container): number[] =>
  Object.values<Probe>(probes ?? {}).flatMap((probe) => {
    if ("command" in probe) return [];
    return "tcpPort" in probe ? probe.tcpPort : probe.port;
  });

function* badScaling({ workload: { replicas } }: PlannedWorkload): Iterable<Fault> {
  if (typeof replicas !== "object") return;
  const { minimum, maximum, by } = replicas;
  if (minimum > maximum) {
    yield {
      got: `${minimum} pods at least and ${maximum} at most`,
      expected: "a minimum that is not above the maximum",
      fix: "correct `replicas`",
    };
  }
  if (by.kind === "cpu" && minimum === 0) {
    yield {
      got: "a minimum of 0 pods by processor use, which no pod has",
      expected: "a minimum of 1, or a queue or a metric to scale by",
      fix: "correct `replicas`",
    };
  }
}

function* badOperators({ workload }: PlannedWorkload): Iterable<Fault> {
  if (workload.form !== "operated") return;
  const known = OPERATORS.map(({ name }) => name);
  if (!known.includes(workload.operator)) {
    yield {
      got: `the operator ${workload.operator}, which nobody defines`,
      expected: oneOf(known),
      fix: "define it in components/cluster/operators/, or correct `operator`",
    };
  }
  const own = workload.resources.filter(({ name }) => name === undefined).length;
  if (own !== 1) {
    yield {
      got: `${own} custom resources that bear the workload's name`,
      expected: "one, and a `name` for each of the others",
      fix: "correct `resources`",
    };
  }
}

const HOURS_A_DAY = 24;

function* badBackups({ definition, workload }: PlannedWorkload): Iterable<Fault> {
  for (const [volume, { backup }] of Object.entries(workload.volumes ?? {})) {
    if (backup === undefined) continue;
    const { everyHours, save, restore } = backup;
    if (definition.backups === undefined) {
      yield {
        got: `a backup of volume ${volume} and no need for a store that takes it`,
        expected: '`backups: "required"`, or `"optional"` if it can do without',
        fix: "state `backups`",
      };
    }
    if (![everyHours / HOURS_A_DAY, HOURS_A_DAY / everyHours].some(Number.isInteger)) {
      yield {
        got: `a backup of volume ${volume} every ${everyHours} hours`,
        expected: "hours that divide a day, or whole days",
        fix: "correct `everyHours`",
      };
    }
    if (save === undefined && restore !== undefined) {
      yield {
        got: `a way back for volume ${volume} from copies of its files, which have one`,
        expected: "`save` and `restore`, or neither",
        fix: "add `save`",
      };
    }
    if (workload.form === "operated" && save === undefined) {
      yield {
        got: `copies of the files of volume ${volume}, which only the operator can mount`,
        expected: "a container that saves through the workload's ports",
        fix: "add `save` and `restore`",
      };
    }
  }
}
