import { Command, CommanderError } from "commander";
import { OperationError, UsageError } from "../model/errors.ts";
import { oneLine } from "../lib/sanitize.ts";
import { addCerts } from "./certs/certs.ts";
import { addCheck } from "./check.ts";
import { addCompletion } from "./completion.ts";
import { EXIT_FAULT, EXIT_INTERRUPTED, EXIT_TERMINATED, EXIT_USAGE } from "./exit-code.ts";
import { addExplain } from "./explain.ts";
import { addExpose } from "./expose.ts";
import { Interrupted, interruptionOf, type Io, type SetExitCode } from "./io.ts";
import { addLink } from "./link.ts";
import { addGlobalOptions, type GlobalOptions } from "./options.ts";
import { addRbac } from "./rbac.ts";
import { addSnapshot } from "./snapshot.ts";
import { addUnlink } from "./unlink.ts";
import { addVersion } from "./version.ts";

const INTRODUCTION = `Checks, links and explains multicluster ambient meshes (Solo's Istio).

Are these clusters ready?   mc check --precheck --contexts=a,b
Open each to the others:    mc expose --context a -n istio-eastwest
Link them, both ways:       mc link --contexts=a,b -n istio-eastwest
Did it work, and if not?    mc check --contexts=a,b
More of one check:          mc explain certs`;

const EXIT_CODES = `
Exit codes: 0 passed (warnings included, unless --fail-on warn), 1 a fault or not completed,
2 usage or configuration, 130 after Ctrl-C, 143 after SIGTERM.`;

/** A command in the list of them; arguments that it takes only to say that it takes none stay out. */
function subcommandTerm(command: Command): string {
  const words = command.registeredArguments
    .filter(({ variadic }) => !variadic)
    .map((argument) => (argument.required ? `<${argument.name()}>` : `[${argument.name()}]`));
  const options = command.options.length > 0 ? ["[options]"] : [];
  return [command.name(), ...options, ...words].join(" ");
}

/** The whole command line, without having parsed anything. */
function buildProgram(io: Io, setExitCode: SetExitCode): Command {
  const program = new Command(io.program)
    .description(INTRODUCTION)
    .addHelpText("after", EXIT_CODES)
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false, subcommandTerm })
    .helpCommand("help [command]", "help for a command")
    .showSuggestionAfterError(true)
    .enablePositionalOptions(false)
    .exitOverride();
  addGlobalOptions(program);
  addCheck(program, io, setExitCode);
  addExpose(program, io, setExitCode);
  addLink(program, io, setExitCode);
  addUnlink(program, io, setExitCode);
  addCerts(program, io, setExitCode);
  addSnapshot(program, io, setExitCode);
  addRbac(program, io);
  addExplain(program, io);
  addCompletion(program, io);
  addVersion(program, io);
  return program;
}

/** `-o=json` as kubectl takes it: commander would read `=json`. */
function separated(word: string): string[] {
  const short = /^(-[a-zA-Z])=(.*)$/s.exec(word);
  return short?.[1] ? [short[1], short[2] ?? ""] : [word];
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

/** Runs a command line; resolves with its exit code, having said why on stderr when it is 1 or 2. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  let code = 0;
  const written: Promise<void>[] = [];
  const program = buildProgram(io, (next) => {
    code = next;
  });
  const say = async (text: string): Promise<void> => {
    await io.stderr.write(`${io.program}: ${oneLine(text)}\n`);
  };
  for (const command of withSubcommands(program)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => void written.push(io.stdout.write(text)),
      // Said once, below, as one line.
      writeErr: () => undefined,
    });
  }
  try {
    if (args.length === 0) {
      const visible = program.createHelp().visibleCommands(program);
      const names = visible.map((command) => command.name()).join(", ");
      throw new UsageError(`no command is given; there are ${names}: see ${io.program} --help`);
    }
    await program.parseAsync(args.flatMap(separated), { from: "user" });
  } catch (cause) {
    if (cause instanceof Interrupted || (io.signal.aborted && cause === io.signal.reason)) {
      return interruptionOf(io.signal).by === "SIGTERM" ? EXIT_TERMINATED : EXIT_INTERRUPTED;
    }
    if (cause instanceof UsageError) {
      await say(cause.message);
      return EXIT_USAGE;
    }
    if (cause instanceof OperationError) {
      await say(cause.message);
      return EXIT_FAULT;
    }
    if (cause instanceof CommanderError) {
      if (cause.exitCode === 0) return 0;
      await say(cause.message.replace(/^error: /, "").replaceAll(/\s*\n\s*/g, " "));
      return EXIT_USAGE;
    }
    const { debug } = program.opts<GlobalOptions>();
    const reason = cause instanceof Error ? cause.message : String(cause);
    await say(`internal error: ${reason}${debug ? "" : " (run with --debug for details)"}`);
    if (debug && cause instanceof Error) await io.stderr.write(`${cause.stack ?? ""}\n`);
    return EXIT_FAULT;
  } finally {
    await Promise.all(written);
  }
  return code;
}
