#!/bin/sh
# Owned by the catalog. `sh ops/upgrade.sh` commits the catalog's newest version on a branch of its own, catalog-VERSION,
# when it merges without a conflict; `sh ops/upgrade.sh push` pushes that branch. A scheduled job of the CI runs both.
#
# PILOTLINE_SOURCE: the one address that pilotline is installed from, such as git+https://git.example.org/coe/pilotline@v1
# UPGRADE_TOKEN: what the push signs in with, where git cannot do that by itself
set -eu
export GIT_TERMINAL_PROMPT=0

# An address, never a bare name: whoever registered that name first would run code here.
install_pilotline() {
  case $PILOTLINE_SOURCE in
    *://*) ;;
    *) echo "PILOTLINE_SOURCE is no address (https://…, git+https://…, file:///…): $PILOTLINE_SOURCE" >&2; exit 2 ;;
  esac
  python3 -m venv "$1"
  "$1/bin/python" -m pip --disable-pip-version-check install --quiet "pilotline @ $PILOTLINE_SOURCE"
}

# The version that an upgrade would lead to; nothing when the pilot is at it.
newest_version() {
  "$1" upgrade --plan --json |
    python3 -c 'import json, sys; plan = json.load(sys.stdin); print("" if plan["up_to_date"] else plan["to"])'
}

commit_branch() {
  tools=$(mktemp -d)
  trap 'rm -rf "$tools"' EXIT
  install_pilotline "$tools"
  pilotline=$tools/bin/pilotline
  if ! "$pilotline" upgrade --plan; then
    echo "A person is needed: run \`pilotline upgrade\` on a clone." >&2
    exit 1
  fi
  version=$(newest_version "$pilotline")
  [ -n "$version" ] || return 0
  branch=catalog-$version
  if git ls-remote --exit-code origin "refs/heads/$branch" >/dev/null; then
    echo "The branch $branch is there already: merge it, or delete it."
    return 0
  fi
  git config user.email >/dev/null || export \
    GIT_AUTHOR_NAME="Catalog upgrade" GIT_AUTHOR_EMAIL=upgrade@pilot.invalid \
    GIT_COMMITTER_NAME="Catalog upgrade" GIT_COMMITTER_EMAIL=upgrade@pilot.invalid
  "$pilotline" upgrade --to "$version" --branch "$branch"
}

# The token is given to git alone, by a helper that git's own shell runs.
push_branch() {
  place=origin user=x-access-token helper=
  if [ -n "${CI_PROJECT_URL:-}" ]; then
    place=$CI_PROJECT_URL.git user=gitlab-ci-token
  fi
  if [ -n "${UPGRADE_TOKEN:-}" ]; then
    export UPGRADE_TOKEN
    helper='!f() { echo username='$user'; echo "password=$UPGRADE_TOKEN"; }; f'
  fi
  for branch in $(git for-each-ref --format='%(refname)' 'refs/heads/catalog-*'); do
    git -c "credential.helper=$helper" push "$place" "$branch:$branch"
  done
}

if [ "${1:-}" = push ]; then
  push_branch
elif [ -n "${PILOTLINE_SOURCE:-}" ]; then
  commit_branch
else
  echo "Skipped: set the CI variable PILOTLINE_SOURCE to the address that pilotline is installed from, such as git+https://git.example.org/coe/pilotline@v1"
fi
