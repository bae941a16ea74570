import { Command, CommanderError } from "commander";
import { OperationError, UsageError } from "../model/errors.ts";
import { oneLine } from "../lib/sanitize.ts";
import { addCerts } from "./certs/flags.ts";
import { addCheck } from "./check/flags.ts";
import { addCompare } from "./compare/flags.ts";
import { addCompletion } from "./completion/flags.ts";
import { EXIT_FAULT, EXIT_INTERRUPTED, EXIT_TERMINATED, EXIT_USAGE } from "./shared/exit-code.ts";
import { addConfig } from "./config/flags.ts";
import { addExplain } from "./explain/flags.ts";
import { addExpose } from "./expose/flags.ts";
import { MissingValue, refuseMistakenFlags, withSubcommands } from "./shared/flags.ts";
import {
  asciiOutput,
  Interrupted,
  interruptionOf,
  type Io,
  type SetExitCode,
  wantsAscii,
} from "./shared/io.ts";
import { addLink } from "./link/flags.ts";
import { addGlobalOptions, type GlobalOptions } from "./shared/options.ts";
import { withProgramName } from "./shared/program-name.ts";
import { addProbe } from "./probe/flags.ts";
import { addRbac } from "./rbac/flags.ts";
import { addSnapshot } from "./snapshot/flags.ts";
import { addServices } from "./services/flags.ts";
import { addTrace } from "./trace/flags.ts";
import { addUnlink } from "./unlink/flags.ts";
import { addVersion } from "./version/flags.ts";

const INTRODUCTION = `Checks, links and explains multicluster ambient meshes (Solo's Istio).

Are these clusters ready?   mc check --precheck --contexts=a,b
Open each to the others:    mc expose --context a -n istio-eastwest
Link them, both ways:       mc link --contexts=a,b -n istio-eastwest
Did it work, and if not?    mc check --contexts=a,b
Did it for my service?      mc trace reviews.bookinfo --contexts=a,b
Do packets pass?            mc probe --contexts=a,b --image IMAGE
More of one check:          mc explain certs`;

const EXIT_CODES = `
Exit codes: 0 passed (warnings included; --fail-on says otherwise), 1 a fault or not
completed, 2 usage or configuration, 130 after Ctrl-C, 143 after SIGTERM.`;

/** Commands that no configuration changes, and that look for none. */
const UNCONFIGURED: ReadonlySet<string> = new Set([
  "__complete",
  "compare",
  "completion",
  "explain",
  "help",
  "init",
  "version",
]);

/** The whole command line, without having parsed anything. */
function buildProgram(io: Io, setExitCode: SetExitCode): Command {
  const program = new Command(io.program)
    .description(INTRODUCTION)
    .addHelpText("after", EXIT_CODES)
    // Flags are long, and what is said of them wraps all the same.
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false, minWidthToWrap: 24 })
    .helpCommand("help [command]", "help for a command")
    .showSuggestionAfterError(true)
    .enablePositionalOptions(false)
    .exitOverride();
  addGlobalOptions(program);
  program.hook("preAction", async (_program, command) => {
    if (UNCONFIGURED.has(command.name())) return;
    const { applyConfig } = await import("./shared/config.ts");
    await applyConfig(command, io);
  });
  addCheck(program, io, setExitCode);
  addExpose(program, io, setExitCode);
  addLink(program, io, setExitCode);
  addUnlink(program, io, setExitCode);
  addServices(program, io, setExitCode);
  addTrace(program, io, setExitCode);
  addCompare(program, io, setExitCode);
  addCerts(program, io, setExitCode);
  addProbe(program, io, setExitCode);
  addSnapshot(program, io, setExitCode);
  addRbac(program, io);
  addExplain(program, io);
  addConfig(program, io);
  addCompletion(program, io);
  addVersion(program, io, setExitCode);
  return program;
}

/** `-o=json` as kubectl takes it: commander would read `=json`; kubectl's name of `--timeout`. */
function separated(word: string): string[] {
  const short = /^(-[a-zA-Z])=(.*)$/s.exec(word);
  return short?.[1]
    ? [short[1], short[2] ?? ""]
    : [word.replace(/^--request-timeout(?=$|=)/, "--timeout")];
}

/** The same for all words that can be flags: none behind `--`. */
function separatedFlags(args: readonly string[]): string[] {
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  return [...args.slice(0, end).flatMap(separated), ...args.slice(end)];
}

const HELP = new Set(["-h", "--help"]);

/**
 * The words with the wish for help at their end, where commander sees which command it is about.
 *
 * @throws UsageError where help for a command is asked for that is none
 */
async function arranged(args: readonly string[], program: Command): Promise<string[]> {
  const end = args.includes("--") ? args.indexOf("--") : args.length;
  const words = args.slice(0, end).filter((word) => !HELP.has(word));
  if (words.length === end) return [...args];
  const [name] = words;
  const isKnown = name === "help" || program.commands.some((command) => command.name() === name);
  if (name !== undefined && !name.startsWith("-") && !isKnown) {
    const { unknownCommand } = await import("./shared/usage.ts");
    throw new UsageError(unknownCommand(name, program));
  }
  return [...words, "--help"];
}

/** Runs a command line; resolves with its exit code, having said why on stderr when it is 1 or 2. */
export async function run(args: readonly string[], outside: Io): Promise<number> {
  const io = wantsAscii(outside) ? { ...outside, stderr: asciiOutput(outside.stderr) } : outside;
  let code = 0;
  const written: Promise<void>[] = [];
  const program = buildProgram(io, (next) => {
    code = next;
  });
  const say = async (text: string): Promise<void> => {
    const line = withProgramName(oneLine(text), io.program);
    await io.stderr.write(`${io.program}: ${line}\n`);
  };
  let refusing = program;
  for (const command of withSubcommands(program)) {
    command
      .exitOverride((cause) => {
        refusing = command;
        throw cause;
      })
      .configureOutput({
        writeOut: (text) => {
          written.push(io.stdout.write(withProgramName(text, io.program)));
        },
        // What is said of errors is said once, below, as one line.
        writeErr: () => undefined,
      });
  }
  try {
    const words = await arranged(separatedFlags(args), program);
    refuseMistakenFlags(program, words);
    await program.parseAsync(words, { from: "user" });
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
    if (cause instanceof MissingValue) {
      const { missingValue } = await import("./shared/usage.ts");
      await say(await missingValue(cause.option, program.opts<GlobalOptions>(), io));
      return EXIT_USAGE;
    }
    if (cause instanceof CommanderError) {
      if (cause.exitCode === 0) return 0;
      const [help, name] = program.args;
      const { unknownCommand, usageText } = await import("./shared/usage.ts");
      if (cause.code !== "commander.help") await say(await usageText(cause, refusing, io));
      else if (help === "help" && name !== undefined) await say(unknownCommand(name, program));
      else {
        const writeErr = (text: string): void => {
          written.push(io.stderr.write(withProgramName(text, io.program)));
        };
        program.configureOutput({ writeErr }).outputHelp({ error: true });
      }
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
