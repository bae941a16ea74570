/*
 * What shells need to ask `mc __complete` while a command line is written. All that they could know
 * of commands and flags stays in the program.
 */

/** Names under which the program is installed. */
const NAMES = "mc istio-mc";

/*
 * The words are taken from the line, as bash breaks them at = and : too; what stands before the last
 * of these is in the line already, and not to be offered again.
 */
const BASH = `_mc_complete() {
  local IFS=$' \\t\\n' line="\${COMP_LINE:0:COMP_POINT}" words current prefix="" output directive
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  current="\${words[\${#words[@]}-1]}"
  local before="\${current%"\${current##*[=:]}"}"
  [[ -n $before && $COMP_WORDBREAKS == *"\${before: -1}"* ]] && prefix="$before"
  output="$("\${words[0]}" __complete -- "\${words[@]:1}" 2>/dev/null)" || return 0
  directive="\${output##*:}"
  COMPREPLY=()
  local candidate
  while IFS=$'\\t' read -r candidate _; do
    [[ $candidate == :* ]] || COMPREPLY+=("\${candidate#"$prefix"}")
  done <<< "$output"
  if (( (directive & 4) == 0 )); then
    compopt -o filenames 2>/dev/null
    while IFS= read -r candidate; do COMPREPLY+=("$candidate"); done < <(compgen -f -- "\${current##*=}")
  fi
  (( directive & 2 )) && compopt -o nospace 2>/dev/null
  return 0
}
complete -F _mc_complete ${NAMES}
`;

const ZSH = `#compdef ${NAMES}
_mc() {
  local -a lines described
  local line value directive
  lines=("\${(@f)$("$words[1]" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  directive="\${lines[-1]#:}"
  for line in "\${(@)lines[1,-2]}"; do
    value="\${line%%$'\\t'*}"
    if [[ "$line" == *$'\\t'* ]]; then
      described+=("\${value//:/\\\\:}:\${line#*$'\\t'}")
    else
      described+=("\${value//:/\\\\:}")
    fi
  done
  if (( (directive & 4) == 0 )); then
    compset -P '*='
    _files
  elif (( directive & 2 )); then
    _describe -V mc described -S ''
  else
    _describe -V mc described
  fi
}
if [[ "\${funcstack[1]}" == _mc ]]; then
  _mc "$@"
else
  (( \${+functions[compdef]} )) || { autoload -Uz compinit && compinit -i }
  compdef _mc ${NAMES}
fi
`;

const FISH = `function __mc_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  set -l lines ($words[1] __complete -- $words[2..] "$current" 2>/dev/null)
  set -q lines[1]; or return
  for line in $lines[1..-2]
    echo $line
  end
  if test (math "bitand(4, "(string sub -s 2 -- $lines[-1])")") -eq 0
    __fish_complete_path (string replace -r '^.*=' '' -- $current)
  end
end
for name in ${NAMES}
  complete -c $name -f -a '(__mc_complete)'
end
`;

const POWERSHELL = `Register-ArgumentCompleter -Native -CommandName ${NAMES.split(" ").join(", ")} -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() })
  $first, $rest = $words
  $lines = @(& $first __complete -- @rest $wordToComplete 2>$null)
  $directive = [int]($lines[-1].Substring(1))
  foreach ($line in $lines | Select-Object -SkipLast 1) {
    $value, $description = $line -split "\`t", 2
    if (-not $description) { $description = $value }
    [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $description)
  }
  if (($directive -band 4) -eq 0) {
    [System.Management.Automation.CompletionCompleters]::CompleteFilename($wordToComplete)
  }
}
`;

export const SCRIPTS: Readonly<Record<string, string>> = {
  bash: BASH,
  zsh: ZSH,
  fish: FISH,
  powershell: POWERSHELL,
};
