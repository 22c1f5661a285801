import { defineConfig } from "vitest/config";

import { mockServer } from "./tests/mock";

/** Address of a running `lucdau serve` that `npm run dev` and `npx vite preview` show. */
const server = process.env["LUCDAU_SERVER"] ?? "http://127.0.0.1:8080";
const routes = ["layers", "styles", "fonts", "tiles", "vector", "raster", "search", "sql", "analyses", "jobs", "events"];

/** The server's routes, passed on; the page and its files are ours. */
const proxy = Object.fromEntries(routes.map((route) => [`/${route}`, server]));

export default defineConfig(({ mode }) => ({
  base: "./",
  plugins: mode === "mock" ? [mockServer()] : [],
  build: {
    target: "es2022",
    sourcemap: false,
    chunkSizeWarningLimit: 1200,
    rollupOptions: {
      input: ["index.html", "embed.html"],
      output: { manualChunks: { maplibre: ["maplibre-gl"] } },
    },
  },
  server: {
    host: "127.0.0.1",
    proxy: mode === "mock" ? {} : proxy,
  },
  preview: { host: "127.0.0.1", proxy: mode === "mock" ? {} : proxy },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
}));
