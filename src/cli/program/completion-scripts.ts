/*
 * Each script calls `recollect complete` and offers its output: first a line `words` or `files`, then one word per line
 * with a description after a tab. Nothing is evaluated by the shell, because anyone may have chosen an agent's name.
 */

const bash = `# bash completion for recollect; ~/.bashrc: source <(recollect completion bash)
_recollect() {
  local line kind=''
  COMPREPLY=()
  while IFS= read -r line; do
    if [ -z "$kind" ]; then kind=$line; else COMPREPLY+=("\${line%%$'\\t'*}"); fi
  done < <(recollect complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [ "$kind" = files ]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")
  fi
}
complete -F _recollect recollect
`

const zsh = `#compdef recollect
# zsh completion for recollect; ~/.zshrc, after compinit: source <(recollect completion zsh)
_recollect() {
  local -a lines found shown
  lines=("\${(@f)$(recollect complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ $lines[1] == files ]]; then _files; return; fi
  local line
  for line in "\${(@)lines[2,-1]}"; do
    [[ -z $line ]] && continue
    found+=("\${line%%$'\\t'*}")
    shown+=("\${line/$'\\t'/  -- }")
  done
  compadd -l -d shown -a found
}
if [[ $funcstack[1] == _recollect ]]; then _recollect "$@"; else compdef _recollect recollect; fi
`

const fish = `# fish completion for recollect; put it into ~/.config/fish/completions/recollect.fish
function __recollect_complete
  set -l typed (commandline -opc) (commandline -ct)
  set -l lines (recollect complete -- $typed[2..-1] 2>/dev/null)
  if test "$lines[1]" = files
    __fish_complete_path (commandline -ct)
  else
    printf '%s\\n' $lines[2..-1]
  end
end
complete -c recollect -f -a '(__recollect_complete)'
`

export const COMPLETION_SCRIPTS = { bash, zsh, fish } as const

export type Shell = keyof typeof COMPLETION_SCRIPTS
