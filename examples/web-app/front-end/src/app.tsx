import { type FormEvent, useEffect, useRef, useState } from "react";
import { ask, type Progress } from "./ask.ts";

/** A question, and what becomes of it. */
export function App() {
  const [progress, setProgress] = useState<Progress>();
  const current = useRef<AbortController>(undefined);
  useEffect(() => () => current.current?.abort(), []);

  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const prompt = String(new FormData(event.currentTarget).get("prompt"));
    const controller = new AbortController();
    current.current = controller;
    for await (const step of ask(prompt, controller.signal)) setProgress(step);
  };
  const isBusy = progress !== undefined && progress.step !== "answered" && progress.step !== "failed";

  return (
    <main>
      <h1>Answers</h1>
      <form onSubmit={(event) => void submit(event)}>
        <label htmlFor="prompt">Your question</label>
        <textarea id="prompt" name="prompt" rows={4} required />
        <button disabled={isBusy}>Ask</button>
      </form>
      <output htmlFor="prompt" aria-live="polite">
        {progress === undefined ? null : <Outcome progress={progress} />}
      </output>
    </main>
  );
}

function Outcome({ progress }: { readonly progress: Progress }) {
  switch (progress.step) {
    case "sent":
      return <p>Sending the question.</p>;
    case "queued":
      return <p>The question waits for its turn.</p>;
    case "held":
      return <p>Many questions at once. Trying again in {progress.seconds} s.</p>;
    case "answered":
      return <p className="answer">{progress.text}</p>;
    case "failed":
      return (
        <div className="failure" role="alert">
          <p>{progress.message}</p>
          {progress.requestId === undefined ? null : (
            <p>
              Tell support: request <code>{progress.requestId}</code>
            </p>
          )}
        </div>
      );
  }
}
