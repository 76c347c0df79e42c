import type { Command } from 'commander'
import { aditProgram } from '../src/cli/program.ts'

/** docs/commands.md, from the commands themselves. */
export function commandsDocument(): string {
  const commands = leavesOf(aditProgram())
  return `<!-- Made by scripts/write-docs.ts from src/cli. Do not edit. -->

# Commands

From a checkout \`npm run --silent adit -- COMMAND …\`. Exit codes: 0 done, 1 failed, 2 done with rejects, 64 wrong usage. \`NO_COLOR\` is
honoured, progress is shown on a terminal only. What each is for, and what to do when, stands in [operations](operations.md); the API, with
\`?unmask=REASON\` of \`GET /api/v1/usage-points/{id}\`, in \`/api/openapi.json\` of the service.

| command | does |
|---|---|
${commands.map((command) => `| [\`${pathOf(command)}\`](#${anchorOf(command)}) | ${cell(command.description())} |`).join('\n')}

${commands.map(sectionOf).join('\n')}`
}

function sectionOf(command: Command): string {
  const options = command.options.map(({ flags, description, mandatory }) => {
    return `| \`${cell(flags)}\` | ${cell(description)}${mandatory ? ' (needed)' : ''} |`
  })
  const table = options.length === 0 ? '' : `\n| option | |\n|---|---|\n${options.join('\n')}\n`
  return `## ${pathOf(command)}\n\n    ${pathOf(command)} ${command.usage()}\n\n${command.description()}\n${table}`
}

/** Those that do something, in the order of the help. */
function leavesOf(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap((child) => leavesOf(child))
}

function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name()
}

function anchorOf(command: Command): string {
  return pathOf(command).replaceAll(' ', '-')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
