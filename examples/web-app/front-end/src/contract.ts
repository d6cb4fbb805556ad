// Made from openapi.json by `npm run generate`.

export interface paths {
  readonly "/healthz": {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /**
     * Health
     * @description The process answers.
     */
    readonly get: operations["health_healthz_get"];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly "/readyz": {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /**
     * Ready
     * @description It can take questions.
     */
    readonly get: operations["ready_readyz_get"];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly "/v1/answers": {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /**
     * Ask
     * @description Takes a question. The answer is fetched later by its id, unless the cache has it.
     */
    readonly post: operations["ask_v1_answers_post"];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly "/v1/answers/{answer_id}": {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /**
     * Read
     * @description What became of a question.
     */
    readonly get: operations["read_v1_answers__answer_id__get"];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    /**
     * AnswerRequest
     * @description A question to a model.
     */
    readonly AnswerRequest: {
      /** Prompt */
      readonly prompt: string;
      /**
       * Max Tokens
       * @description Longest answer; the service's limit unless given.
       */
      readonly max_tokens?: number | null;
    };
    /**
     * AnswerView
     * @description What became of a question.
     */
    readonly AnswerView: {
      /** Id */
      readonly id: string;
      /**
       * Status
       * @enum {string}
       */
      readonly status: "waiting" | "done" | "failed";
      /**
       * Text
       * @description There once the status is `done`.
       */
      readonly text?: string | null;
    };
    /** HTTPValidationError */
    readonly HTTPValidationError: {
      /** Detail */
      readonly detail?: readonly components["schemas"]["ValidationError"][];
    };
    /**
     * Health
     * @description Of this process.
     */
    readonly Health: {
      /** Status */
      readonly status: string;
    };
    /** ValidationError */
    readonly ValidationError: {
      /** Location */
      readonly loc: readonly (string | number)[];
      /** Message */
      readonly msg: string;
      /** Error Type */
      readonly type: string;
      /** Input */
      readonly input?: unknown;
      /** Context */
      readonly ctx?: Record<string, never>;
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  readonly health_healthz_get: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Successful Response */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly "application/json": components["schemas"]["Health"];
        };
      };
    };
  };
  readonly ready_readyz_get: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Successful Response */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly "application/json": components["schemas"]["Health"];
        };
      };
      /** @description The queue does not answer */
      readonly 503: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  readonly ask_v1_answers_post: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        readonly "application/json": components["schemas"]["AnswerRequest"];
      };
    };
    readonly responses: {
      /** @description Answered from the cache */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly "application/json": components["schemas"]["AnswerView"];
        };
      };
      /** @description Successful Response */
      readonly 202: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly "application/json": components["schemas"]["AnswerView"];
        };
      };
      /** @description The prompt or the body is too large */
      readonly 413: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The body is not as described, or `max_tokens` is above the service's limit */
      readonly 422: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      /** @description The user has spent the day's tokens, or asks too often */
      readonly 429: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  readonly read_v1_answers__answer_id__get: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly answer_id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description Successful Response */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly "application/json": components["schemas"]["AnswerView"];
        };
      };
      /** @description There is none, or it is another user's */
      readonly 404: {
        headers: {
          readonly [name: string]: unknown;
        };
        content?: never;
      };
      /** @description Validation Error */
      readonly 422: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly "application/json": components["schemas"]["HTTPValidationError"];
        };
      };
    };
  };
}
