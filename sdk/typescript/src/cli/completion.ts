import { type Command, usageError } from "./command.ts";
import type { Option } from "./option.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;

export const completion: Command = {
  name: "completion",
  summary: "print a completion script: `source <(signet completion bash)`",
  parameters: [SHELLS.join("|")],
  argumentsMax: 1,
  choices: SHELLS,
  options: [],
  async run({ arguments: [shell], commands, globals }) {
    if (shell === "bash") return outcomeOf(bash(commands, globals));
    // zsh reads bash's completions once it is told to.
    if (shell === "zsh")
      return outcomeOf(`autoload -U +X bashcompinit && bashcompinit\n${bash(commands, globals)}`);
    if (shell === "fish") return outcomeOf(fish(commands, globals));
    throw usageError(`Name the shell: ${SHELLS.join(", ")}.`, "Run `signet completion bash`.");
  },
};

function outcomeOf(script: string) {
  return { result: { script }, text: script };
}

function bash(commands: readonly Command[], globals: readonly Option[]): string {
  const cases = commands.map((command) => {
    const words = [
      ...(command.choices ?? []),
      ...[...command.options, ...globals].map(({ name }) => `--${name}`),
    ];
    return `    ${command.name}) words="${words.join(" ")}" ;;`;
  });
  const values = commands
    .flatMap(({ options }) => options)
    .flatMap(({ name, choices }) =>
      choices === undefined ? [] : [`    --${name}) words="${choices.join(" ")}" ;;`],
    );
  return [
    "_signet() {",
    "  local words current=$2 before=$3",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's, not JavaScript's.
    '  set -- "$COMP_CWORD" "${COMP_WORDS[@]}"',
    '  case "$3" in',
    ...cases,
    "  esac",
    `  [ "$1" -eq 1 ] && words="${commands.map(({ name }) => name).join(" ")} --help --version"`,
    '  case "$before" in',
    ...values,
    "  esac",
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    "}",
    "complete -o default -F _signet signet",
  ].join("\n");
}

function fish(commands: readonly Command[], globals: readonly Option[]): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "\\'")}'`;
  const line = ({ name, value, choices, summary }: Option, when: string) =>
    [
      "complete -c signet",
      when,
      `-l ${name}`,
      ...(value === undefined ? [] : ["-r"]),
      ...(choices === undefined ? [] : [`-a ${quoted(choices.join(" "))}`]),
      `-d ${quoted(summary)}`,
    ].join(" ");
  return [
    ...commands.map(
      ({ name, summary }) => `complete -c signet -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
    ),
    ...commands.flatMap(({ name, options, choices }) => {
      const when = `-n '__fish_seen_subcommand_from ${name}'`;
      const first =
        choices === undefined ? [] : [`complete -c signet ${when} -a ${quoted(choices.join(" "))}`];
      return [...first, ...options.map((option) => line(option, when))];
    }),
    ...globals.map((option) => line(option, "")),
  ].join("\n");
}
