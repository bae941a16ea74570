/*
 * Kubeconfigs as the tools of clouds and clusters write them, each with what client-node alone, or
 * kubectl, reads otherwise than mc, by field, and why. Certificates and keys are words in base64.
 */

export interface Specimen {
  /** By path below a directory; $KUBECONFIG names those that end in `.config`, in this order. */
  files: Readonly<Record<string, string | Uint8Array>>;
  /** Why client-node alone reads a field otherwise, or nothing at all (`error`). */
  clientNode?: Readonly<Record<string, string>>;
  /** Why kubectl does. */
  kubectl?: Readonly<Record<string, string>>;
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const CA = base64("CA");
const CERT = base64("CERT");
const KEY = base64("KEY");

interface Parts {
  context?: string;
  cluster: string;
  user: string;
  more?: string;
}

/** A kubeconfig of one context, whose cluster and user hold these lines. */
function config({ context = "a", cluster, user, more = "" }: Parts): string {
  const indented = (text: string): string => text.trim().replaceAll("\n", "\n    ");
  return `apiVersion: v1
kind: Config
clusters:
- name: c-${context}
  cluster:
    ${indented(cluster)}
contexts:
- name: ${context}
  context:
    cluster: c-${context}
    user: u-${context}
    ${more}
current-context: ${context}
preferences: {}
users:
- name: u-${context}
  user:
    ${indented(user)}
`;
}

const AUTHORITY = `certificate-authority-data: ${CA}`;
const TLS = `server: https://api.example.com:6443\n${AUTHORITY}`;

const NO_TOKEN_FILE =
  "client-node reads token-file, a key that kubeconfigs do not have, and not tokenFile";
const FILE_BEFORE_DATA = "client-node takes a file before data, kubectl and mc data before a file";

export const SPECIMENS: Readonly<Record<string, Specimen>> = {
  EKS: {
    files: {
      "1.config": config({
        context: "arn:aws:eks:eu-central-1:111122223333:cluster/prod",
        cluster: TLS,
        user: `exec:
  apiVersion: client.authentication.k8s.io/v1beta1
  command: aws
  args: [--region, eu-central-1, eks, get-token, --cluster-name, prod, --output, json]
  env:
  - name: AWS_PROFILE
    value: prod
  interactiveMode: IfAvailable
  provideClusterInfo: false`,
      }),
    },
  },
  GKE: {
    files: {
      "1.config": config({
        context: "gke_project_europe-west3_prod",
        cluster: TLS,
        user: `exec:
  apiVersion: client.authentication.k8s.io/v1beta1
  command: gke-gcloud-auth-plugin
  installHint: Install gke-gcloud-auth-plugin for use with kubectl
  provideClusterInfo: true
  interactiveMode: IfAvailable`,
      }),
    },
  },
  AKS: {
    files: {
      "1.config": config({
        cluster: TLS,
        user: `exec:
  apiVersion: client.authentication.k8s.io/v1beta1
  command: kubelogin
  args:
  - get-token
  - --login
  - azurecli
  - --server-id
  - 6dae42f8-4368-4678-94ff-3960e28e3630
  env: null
  provideClusterInfo: false
  interactiveMode: IfAvailable`,
      }),
    },
  },
  OIDC: {
    files: {
      "1.config": config({
        cluster: TLS,
        user: `auth-provider:
  name: oidc
  config:
    client-id: kubernetes
    client-secret: a-secret
    id-token: an-id-token
    idp-issuer-url: https://issuer.example.com
    refresh-token: a-refresh-token`,
      }),
    },
  },
  Rancher: {
    files: {
      "1.config": config({
        cluster: `server: "https://rancher.example.com/k8s/clusters/c-m-abcdefgh/"\n${AUTHORITY}`,
        user: 'token: "kubeconfig-u-abcde:0123456789abcdef"',
      }),
    },
  },
  Teleport: {
    files: {
      "1.config": config({
        cluster: `${TLS}\ntls-server-name: kube-teleport-proxy-alpn.teleport.example.com`,
        more: "namespace: default\n    extensions:\n    - extension: prod\n      name: teleport.kube.name",
        user: `exec:
  apiVersion: client.authentication.k8s.io/v1beta1
  command: /usr/local/bin/tsh
  args: [kube, credentials, --kube-cluster=prod, --teleport-cluster=teleport.example.com]
  env: null
  provideClusterInfo: false
  interactiveMode: IfAvailable`,
      }),
    },
  },
  kind: {
    files: {
      "1.config": config({
        context: "kind-kind",
        cluster: `server: https://127.0.0.1:36443\n${AUTHORITY}`,
        user: `client-certificate-data: ${CERT}\nclient-key-data: ${KEY}`,
      }),
    },
  },
  "minikube, with files beside it": {
    files: {
      "1.config": config({
        cluster: "server: https://192.0.2.2:8443\ncertificate-authority: ca.crt",
        user: "client-certificate: client/client.crt\nclient-key: client/client.key",
      }),
      "ca.crt": "CA",
      "client/client.crt": "CERT",
      "client/client.key": "KEY",
    },
  },
  "Windows, with carriage returns and a byte order mark": {
    files: {
      "1.config": `\uFEFF${config({ cluster: TLS, user: "token: a-token" })}`.replaceAll(
        "\n",
        "\r\n",
      ),
    },
  },
  "Windows PowerShell, in UTF-16": {
    files: {
      "1.config": Buffer.from(
        `\uFEFF${config({ cluster: TLS, user: "token: a-token" })}`,
        "utf16le",
      ),
    },
    clientNode: { error: "client-node reads every file as UTF-8" },
  },
  "a proxy in between": {
    files: {
      "1.config": config({
        cluster: `${TLS}\nproxy-url: socks5://127.0.0.1:1080`,
        user: "username: me\npassword: a-password",
      }),
    },
  },
  "kubectl proxy, without a user": {
    files: {
      "1.config": `clusters: [{name: c, cluster: {server: "http://127.0.0.1:8001"}}]
contexts: [{name: a, context: {cluster: c}}]
current-context: a
`,
    },
  },
  "data beside files": {
    files: {
      "1.config": config({
        cluster: `${TLS}\ncertificate-authority: other.crt`,
        user: `client-certificate-data: ${CERT}\nclient-key-data: ${KEY}\nclient-certificate: other.crt\nclient-key: other.crt`,
      }),
      "other.crt": "OTHER",
    },
    clientNode: { ca: FILE_BEFORE_DATA, cert: FILE_BEFORE_DATA, key: FILE_BEFORE_DATA },
    kubectl: { error: "kubectl config view --flatten refuses both; other commands take the data" },
  },
  "a token file": {
    files: {
      "1.config": config({ cluster: TLS, user: "tokenFile: secrets/token\ntoken: older" }),
      "secrets/token": "newer",
    },
    clientNode: { tokenFile: NO_TOKEN_FILE },
    kubectl: { tokenFile: "kubectl config view shows the path as it stands in the file" },
  },
  "acting as somebody": {
    files: {
      "1.config": config({
        cluster: TLS,
        user: "token: a-token\nas: jane\nas-uid: u-1\nas-groups: [ops, dev]\nas-user-extra: {scope: [a, b]}",
      }),
    },
    clientNode: {
      asUid: "client-node acts as a user, without uid",
      asGroups: "client-node acts as a user, without groups",
      asUserExtra: "client-node acts as a user, without extra fields",
    },
  },
  "YAML 1.1": {
    files: {
      "1.config": config({
        cluster: `server: https://api.example.com:6443\ninsecure-skip-tls-verify: yes`,
        user: "token: a-token",
      }),
    },
    clientNode: { insecure: "client-node reads YAML 1.2, in which yes is a text" },
  },
  "base64 once more": {
    files: {
      "1.config": config({
        cluster: `server: https://api.example.com:6443\ncertificate-authority-data: !!binary ${base64(CA)}`,
        user: "token: a-token",
      }),
    },
    clientNode: { error: "client-node reads YAML 1.2, which has no !!binary" },
  },
  "several files": {
    files: {
      "one/1.config": config({ context: "a", cluster: TLS, user: "token: of-a" }),
      "two/2.config": config({
        context: "b",
        cluster: "server: https://b.example.com\ncertificate-authority: ca.crt",
        user: "token: of-b",
      }),
      "two/ca.crt": "CA",
    },
    clientNode: {
      server: "client-node takes the last current-context, kubectl and mc the first",
      token: "client-node takes the last current-context, kubectl and mc the first",
    },
  },
  "several files that name the same": {
    files: {
      "1.config": config({ cluster: TLS, user: "token: first" }),
      "2.config": config({ cluster: "server: https://other.example.com", user: "token: second" }),
    },
    clientNode: {
      error: "client-node refuses what two files name; for kubectl and mc the first one wins",
    },
  },
  "a file of $KUBECONFIG that does not exist": {
    files: { "1.config": config({ cluster: TLS, user: "token: a-token" }), "absent.config": "" },
    clientNode: {
      error: "client-node reads every file that is named; kubectl and mc pass it over",
    },
  },
  "one file that names a cluster twice": {
    files: {
      "1.config": `clusters: [{name: c, cluster: {server: "https://a"}}, {name: c, cluster: {server: "https://b"}}]
users: [{name: u, user: {token: a-token}}]
contexts: [{name: a, context: {cluster: c, user: u}}]
current-context: a
`,
    },
    clientNode: {
      server: "client-node takes the first of two in silence; kubectl and mc refuse the file",
    },
  },
  "a token that YAML takes for a number": {
    files: { "1.config": config({ cluster: TLS, user: "token: 12345678901234567890" }) },
    clientNode: {
      token: "client-node takes a rounded number for a token; kubectl and mc refuse it",
    },
  },
  "a certificate without a key": {
    files: { "1.config": config({ cluster: TLS, user: `client-certificate-data: ${CERT}` }) },
    clientNode: {
      cert: "client-node goes on without the key, as nobody; kubectl and mc refuse it",
    },
    kubectl: { cert: "kubectl config view shows what other commands of kubectl refuse" },
  },
  "a token and a user name": {
    files: { "1.config": config({ cluster: TLS, user: "token: a-token\nusername: me" }) },
    clientNode: {
      token: "client-node sends the token; kubectl and mc refuse two",
      username: "client-node sends the token; kubectl and mc refuse two",
    },
    kubectl: {
      token: "kubectl config view shows what other commands of kubectl refuse",
      username: "kubectl config view shows what other commands of kubectl refuse",
    },
  },
  "an entry that is wrong, and that the context does not use": {
    files: {
      "1.config": config({ cluster: TLS, user: "token: a-token" }).replace(
        "clusters:\n",
        "clusters:\n- name: broken\n  cluster: {}\n",
      ),
    },
    clientNode: { error: "client-node refuses the file; kubectl and mc read what is used" },
  },
};
