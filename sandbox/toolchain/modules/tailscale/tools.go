//go:build tools

package tools

import _ "tailscale.com/cmd/tailscaled"
