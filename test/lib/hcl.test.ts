import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HclFault, parseHcl } from "../../src/lib/hcl.ts";

test("takes blocks, labels, lists, comments and values", () => {
  const text = String.raw`
# The agent.
agent {
  data_dir = "/run/spire" // where it keeps its key
  trust_domain = "example.org"
  authorized_delegates = [
    "spiffe://example.org/a", # one
    "spiffe://example.org/b",
  ]
  insecure_bootstrap = true
  log_level: "a \"word\"\n\\"
  limits = { rate = 1.5, most = 0x10 }
}
/* Plugins,
   of two types. */
plugins {
  NodeAttestor "k8s_psat" { plugin_data { cluster = "demo" } }
  UpstreamAuthority "disk" { plugin_data { cert_file_path = "/ca/tls.crt" } }
  UpstreamAuthority "vault" { plugin_data {} }
}
plugins { KeyManager "memory" {} }
note = <<-END
    two
    lines
    END
`;
  expect(parseHcl(text)).toEqual({
    agent: {
      data_dir: "/run/spire",
      trust_domain: "example.org",
      authorized_delegates: ["spiffe://example.org/a", "spiffe://example.org/b"],
      insecure_bootstrap: true,
      log_level: 'a "word"\n\\',
      limits: { rate: 1.5, most: 16 },
    },
    plugins: {
      NodeAttestor: [{ k8s_psat: { plugin_data: { cluster: "demo" } } }],
      UpstreamAuthority: [
        { disk: { plugin_data: { cert_file_path: "/ca/tls.crt" } } },
        { vault: { plugin_data: {} } },
      ],
      KeyManager: [{ memory: {} }],
    },
    note: "two\nlines\n",
  });
});

test("takes JSON as it is", () => {
  expect(parseHcl(' {"agent": {"trust_domain": "a"}}')).toEqual({ agent: { trust_domain: "a" } });
});

test("keeps a key that objects have by themselves", () => {
  expect(Object.keys(parseHcl('__proto__ = "x"\nconstructor = 1'))).toEqual([
    "__proto__",
    "constructor",
  ]);
});

describe("a text that cannot be parsed", () => {
  test.each<[string, string, string]>([
    ["an open brace", "agent {\n  a = 1\n", "line 3 has a { that nothing closes"],
    ["a closing brace too many", "a = 1\n}", "line 2 has a } that closes nothing"],
    ["an open list", "a = [1,", "line 1 has a [ that nothing closes"],
    ["a list without commas", "a = [1 2]", "line 1 has list items without a comma"],
    ["an open string", 'a = "x\n"', "line 1 has a string that does not end"],
    ["an open comment", "/* a", "line 1 has a comment that does not end"],
    ["an open here-document", "a = <<E\nx", "line 2 has a here-document that does not end"],
    ["a name alone", "agent", "line 1 has a name without a value"],
    ["no value", "a = ,", "line 1 has what is no value"],
    ["no name", "= 1", "line 1 has neither a name nor a closing brace"],
    ["half a JSON", "{", "it begins as JSON and is none"],
    ["too much", `a = "${"x".repeat(1_048_576)}"`, "it is larger than 1 MiB"],
    ["deep braces", "a {".repeat(100), "line 1 has braces within each other, more than 50 deep"],
    [
      "deep lists",
      `a = ${"[".repeat(100)}`,
      "line 1 has lists within each other, more than 50 deep",
    ],
  ])("%s", (_, text, message) => {
    expect(() => parseHcl(text)).toThrow(new HclFault(message));
  });

  test("throws a HclFault and nothing else, and ends", () => {
    const words = [
      "{",
      "}",
      "[",
      "]",
      "=",
      '"',
      "a",
      "1",
      "\n",
      "#",
      "/*",
      "<<E\n",
      ",",
      "\\",
      " ",
    ];
    const isFine = fc.check(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 40 }), (parts) => {
        try {
          parseHcl(parts.join(""));
          return true;
        } catch (error) {
          return error instanceof HclFault;
        }
      }),
      { numRuns: 500, seed: 20_260_115 },
    );
    expect(isFine.failed).toBe(false);
  });
});
