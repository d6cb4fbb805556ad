/** Ends with 0 once the server lists a model; the key stays in the environment. */
export const servingCheck = (port: number): string =>
  [
    "import json, os, urllib.request",
    `request = urllib.request.Request("http://127.0.0.1:${port}/v1/models")`,
    'request.add_header("Authorization", "Bearer " + os.environ["VLLM_API_KEY"])',
    'assert json.load(urllib.request.urlopen(request, timeout=4))["data"]',
  ].join("\n");
