import { Listr, ListrLogger, type ListrTask, ProcessOutput } from "listr2";

/**
 * Runs the steps of a verb one after the other, showing where it is: in place on a terminal, a line for each elsewhere.
 *
 * @param context What the steps hand on to each other.
 * @param progress Takes everything that is shown, so that standard output is the report's alone.
 */
export async function runSteps<Context>(
  steps: readonly ListrTask<Context>[],
  context: Context,
  progress: NodeJS.WriteStream,
): Promise<void> {
  const logger = new ListrLogger({ useIcons: true, processOutput: new ProcessOutput(progress, progress) });
  const listr = new Listr<Context>([...steps], {
    ctx: context,
    concurrent: false,
    registerSignalListeners: false,
    rendererOptions: { logger },
    fallbackRenderer: "simple",
    fallbackRendererCondition: !progress.isTTY,
    fallbackRendererOptions: { logger },
  });
  await listr.run();
}
