/* The door of signing in: who the API server is to take us for. */

export { impersonationHeaders, type Impersonation } from "./impersonation.ts";
export { SignIn, type Credential } from "./sign-in.ts";
