/**
 * A shell function `call METHOD PATH [BODY]` that asks a server at `$HOST` with the key in `$API_KEY`. The key goes in by
 * standard input: an argument every process may read.
 *
 * @param header Name of the header and what stands before the key, such as `Authorization: Bearer `.
 */
export const callFunction = (port: number, header: string): string => `call() {
  method=$1 path=$2 body=\${3:-}
  printf 'header = "${header}%s"\\n' "$API_KEY" |
    curl --config - --fail-with-body --silent --show-error --noproxy '*' --request "$method" \\
      --header 'content-type: application/json' \${body:+--data "$body"} "http://$HOST:${port}$path"
}`;
