import { defined } from "../lib/defined.ts";
import type { ContainerImage } from "../model/facts.ts";
import { VERSION } from "./names.ts";

/** An image reference in its parts: `registry:5000/path/name:tag@sha256:…`. */
export interface ImageRef {
  /** Registry, port and path, without tag and digest. */
  repository: string;
  /** `latest` when the reference has neither tag nor digest, as container runtimes read it. */
  tag?: string;
  /** `sha256:…`. */
  digest?: string;
}

/** What decides which of two versions is newer. */
export interface Release {
  major: number;
  minor: number;
  patch: number;
  /** N of Solo's `-patchN`, which comes after the release it patches. */
  patchLevel?: number;
  /** Such as `alpha.0`, `rc.1`: comes before its release. */
  prerelease?: string;
}

export interface IstioVersion extends Release {
  /** A build of Solo's distribution: `-solo`. */
  solo: boolean;
  /** `1.26.1-patch0-solo-fips`: without a leading v and variants that say nothing of the version. */
  text: string;
}

/** The version of a component, or in words why it is not known. */
export type ComponentVersion =
  | { version: IstioVersion; why?: never }
  | { version?: never; why: string };

const VERSION_TEXT = /^v?(\d{1,2})\.(\d{1,4})(?:\.(\d{1,4}))?(?:[-+_](.*))?$/i;
const PATCH_LEVEL = /^patch\.?(\d{1,4})$/;
const PRERELEASE = /^(?:alpha|beta|rc|dev|pre)[\w.]*$/;

export function parseImage(image: string): ImageRef {
  const [name = "", digest] = image.trim().split("@", 2);
  // A colon before the last slash belongs to the registry's port.
  const colon = name.indexOf(":", name.lastIndexOf("/") + 1);
  const repository = colon === -1 ? name : name.slice(0, colon);
  const tag = colon === -1 ? undefined : name.slice(colon + 1);
  if (digest) return tag ? { repository, tag, digest } : { repository, digest };
  return { repository, tag: tag || "latest" };
}

/**
 * Reads a tag or a version label: `1.28.5-solo`, `v1.27.0`, `1.26.1-patch0-solo-fips-distroless`,
 * `1.29.0-alpha.0-solo`, `1.29-alpha.1a2b3c`. Anything else is undefined.
 */
export function parseVersion(text: string): IstioVersion | undefined {
  const match = VERSION_TEXT.exec(text.trim());
  if (!match) return undefined;
  const [, major, minor, patch, rest = ""] = match;
  const parts = rest.toLowerCase().split(/[-+_]/);
  const has = (word: string): boolean => parts.some((part) => part.split(".")[0] === word);
  const level = parts.map((part) => PATCH_LEVEL.exec(part)?.[1]).find(Boolean);
  const prerelease = parts.find((part) => PRERELEASE.test(part));
  const version = {
    major: Number(major),
    minor: Number(minor),
    patch: Number(patch ?? 0),
    solo: has("solo"),
    ...(level === undefined ? {} : { patchLevel: Number(level) }),
    ...defined({ prerelease }),
  };
  return { ...version, text: textOf(version, has("fips")) };
}

function textOf(version: Omit<IstioVersion, "text">, fips: boolean): string {
  const words = [`${version.major}.${version.minor}.${version.patch}`];
  if (version.prerelease !== undefined) words.push(version.prerelease);
  if (version.patchLevel !== undefined) words.push(`patch${version.patchLevel}`);
  if (version.solo) words.push("solo");
  if (fips) words.push("fips");
  return words.join("-");
}

/** Before its release, the release itself, then its patch levels. */
function stage({ prerelease, patchLevel }: Release): number {
  if (prerelease !== undefined) return -1;
  return patchLevel === undefined ? 0 : patchLevel + 1;
}

/** Negative when `a` is older than `b`; 0 for builds of the same version and for two prereleases. */
export function compareVersions(a: Release, b: Release): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch || stage(a) - stage(b);
}

/** The minor release reached, prereleases included: a 1.28.0-alpha has what 1.28 brought. */
export function hasMinor(version: Release, major: number, minor: number): boolean {
  return version.major > major || (version.major === major && version.minor >= minor);
}

/** Whether a version as it is written (`1.30.3-solo`) has reached a minor release such as `1.30`. */
export function hasReached(version: string, minor: string): boolean {
  const [is, wanted] = [parseVersion(version), parseVersion(minor)];
  return is !== undefined && wanted !== undefined && hasMinor(is, wanted.major, wanted.minor);
}

/** `1.28`: what must agree between components. */
export function minorOf(version: Release): string {
  return `${version.major}.${version.minor}`;
}

/**
 * The container that runs a component: by its name, else the only one there is, else the one with
 * an image of Istio's, so that a sidecar's version is never taken for Istio's.
 */
function mainImage(images: readonly ContainerImage[], container: string): string | undefined {
  const named = images.find((one) => one.container === container);
  if (named) return named.image;
  if (images.length === 1) return images[0]?.image;
  return images.find(({ image }) =>
    /(^|\/)(pilot|ztunnel|proxyv2)$/.test(parseImage(image).repository),
  )?.image;
}

/**
 * The version that a workload or pod runs: of its image's tag; of its label
 * app.kubernetes.io/version when the image is named by digest or its tag is no version.
 */
export function versionOf(
  component: { images: readonly ContainerImage[]; versionLabel?: string },
  container: string,
): ComponentVersion {
  const image = mainImage(component.images, container);
  if (image === undefined) return { why: `it has no container ${container}` };
  const { tag } = parseImage(image);
  const version = parseVersion(tag ?? "") ?? parseVersion(component.versionLabel ?? "");
  if (version) return { version };
  const cause = tag === undefined ? "its image is named by digest" : `its tag ${tag} is no version`;
  return { why: `${cause} and label ${VERSION} gives none` };
}
