// Signatures as constants, so that the golden cases need no signing. node.test.ts makes them again and compares.
export interface Ed25519Constant {
  readonly public_key: string;
  readonly message: string;
  readonly signature: string;
  readonly valid: boolean;
}

/** From tests/cases/ed25519.json: published ones, and those on which libraries differ. */
export const ED25519: readonly Ed25519Constant[] = [
  // RFC 8032, 7.1, TEST 1: holds, a published test vector
  {
    public_key: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    message: "",
    signature:
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    valid: true,
  },
  // RFC 8032, 7.1, TEST 2: holds, a published test vector
  {
    public_key: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    message: "72",
    signature:
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    valid: true,
  },
  // RFC 8032, 7.1, TEST 3: holds, a published test vector
  {
    public_key: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    message: "af82",
    signature:
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    valid: true,
  },
  // message 1: holds, an ordinary signature
  {
    public_key: "621779c5a3f7ab622280b7849a55a03fdd521c5da16963b17103aab61151a799",
    message: "636c61696d203120e29c93",
    signature:
      "fc12ac11301387ce0c43697f42960460b69cbf560688a28649e55a8416cd5a115d7f7f03a1870a0f2bf239f8ba0f583d19b5f4254b2a61b210a89e2bf34f7805",
    valid: true,
  },
  // A of order 8, only with cofactor: does not hold, A is of small order and k·A ≠ 0; 8·S·B = 8·R + 8·k·A
  {
    public_key: "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    message: "736d616c6c2041202330",
    signature:
      "d2ce14afcebe0f07939ed2c9108f935bc390d84548ae78dc5aeb8bf2cf0ded0567ee615c534c9cdb72c9720c3176cf29902637f078d47245cbf9165250940c0b",
    valid: false,
  },
  // all zeros: does not hold, A and R are the point of order 4 with y = 0
  {
    public_key: "0000000000000000000000000000000000000000000000000000000000000000",
    message: "",
    signature:
      "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
    valid: false,
  },
  // A of order 8·L (aB + 1·T), R of order L, k·A without torsion: holds, A is of mixed order, and S·B = R + k·A
  {
    public_key: "40c6b261a4f1f79736b2e88c03e1551ff7ff794caf5ae8ca06adbdf109c373bc",
    message: "6d697865642041203120686f6c647320233130",
    signature:
      "52f681e0b1052806682887f1bc3a7f914144b243f53c35932bca737cc4568f827206b8bc3e4fe152a0e8a46a602ceae9aee7aaa050a128319b0989cef406cf02",
    valid: true,
  },
  // A of order 8·L (aB + 1·T), R of order L, k·A with torsion: does not hold, S·B = R + k·A only with cofactor
  {
    public_key: "40c6b261a4f1f79736b2e88c03e1551ff7ff794caf5ae8ca06adbdf109c373bc",
    message: "6d697865642041203120636f666163746f72202330",
    signature:
      "52f681e0b1052806682887f1bc3a7f914144b243f53c35932bca737cc4568f820d2e6f1e3133930d5916d22c2ddff952a469ea014aa8827fa5e4bd15739bfc08",
    valid: false,
  },
  // A of order 8·L (aB + 1·T), R with the opposite torsion of k·A: holds, A and R are of mixed order, and S·B = R + k·A
  {
    public_key: "b9d3a7a25f4fcc0bdb889b78f2c1f47569919c5454377a6b1b31671772597039",
    message: "6d6978656420626f746820312023312e38",
    signature:
      "96084eb9afca8399d3d28c766e2913e88852f64fc0346610c7c6c454cb41bbdef1d23ce8449656a9acdce5d2dd8292a81f985dc5881f6155820501a34b361903",
    valid: true,
  },
  // k reduced before it multiplies A of order 8·L: holds, S·B = R + (k mod L)·A, and not with the hash unreduced
  {
    public_key: "f8fcd050e58f7760e673e8f57080a3e2615e97b075e8632f77f4586867793fff",
    message: "726564756365642023302e33",
    signature:
      "78dea761acac01e88f0cfb97ef8238af3bc5fe5ca54732b2980fb1a13d871ba1232455f8429de784df72de37886ad26341f6e40ac449d8999eda42c3e8da580d",
    valid: true,
  },
  // k not reduced before it multiplies A of order 8·L: does not hold, S·B = R + k·A only with the hash unreduced
  {
    public_key: "63d99fa9009290bd382aa19e219baaf8f563691e7bca6433176c7708002eadff",
    message: "6e6f7420726564756365642023302e3338",
    signature:
      "ec855de5ffa4fbbddd83b1bf5d105ce230372fc4e2292db0ee56e5154decc3c723a31b3716ad5d13046abb8392258ea5387518dfb3530a98b8247e40da508a04",
    valid: false,
  },
  // L − k in place of −k: does not hold, R = S·B + (L − k)·A, where A of order 8·L has L·A ≠ 0
  {
    public_key: "8e6094219c63b7b1aa45b116ac4705698e7e10ae4851427678663022665716ac",
    message: "4c202d206b2023302e3134",
    signature:
      "bd07f8499023c7a842c5b1a458236c403417f3a0d0d24b63c03f8706f8d41ac1630d2612f300186fb661587c0295d7d3ea2c06302ff13ab1e64540f201a4430b",
    valid: false,
  },
  // S + 1·L: does not hold, S ≥ L: the equation holds, but anyone can make this from a valid signature
  {
    public_key: "bf50591ac036ecb75a0b8216cb276d91997ea00b7635f652e02efc3afb08eaf7",
    message: "6c617267652053",
    signature:
      "aed48eb95b5036b7526cf1bcbefecb6644dc95284caba6d300db2ea28747fbe76e37e00b7f6fb4ac255520a9b64a6e25bd1ad2ee7d13906e8d546b2175bec218",
    valid: false,
  },
  // S = 0: does not hold, the equation does not hold
  {
    public_key: "bf50591ac036ecb75a0b8216cb276d91997ea00b7635f652e02efc3afb08eaf7",
    message: "6c617267652053",
    signature:
      "aed48eb95b5036b7526cf1bcbefecb6644dc95284caba6d300db2ea28747fbe70000000000000000000000000000000000000000000000000000000000000000",
    valid: false,
  },
  // R of order 8, canonical, c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a, A of order L: does not hold, R is of small order; S·B = R + k·A holds with cofactor
  {
    public_key: "16d58ade16080708c4900c4fe71d11bc3616ee0e822a054d751cf95b2861798b",
    message:
      "52206f66206f7264657220382c2063616e6f6e6963616c2c2063373137366137303364346464383466626133633062373630643130363730663261323035336661326333396363633634656337666437373932616330333761202330",
    signature:
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a9d7544ca45bd8f0ec1773b65be9e47237b6189e59d02f070b9b200d0a2e7e20e",
    valid: false,
  },
  // A with y = 2: does not hold, A is not on the curve
  {
    public_key: "0200000000000000000000000000000000000000000000000000000000000000",
    message: "6e6f74206f6e206375727665",
    signature:
      "7b301d7d1896e99dcec7f15311e2d550b4c09b1188da0a7e781a5d948c4bc88bcfdf841151efa67e987dc87bad19a37416535a44024849256b15dd52a87a1303",
    valid: false,
  },
  // A with y = p + 3, sign bit set: does not hold, A is not canonical: y ≥ p
  {
    public_key: "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    message: "6e6f742063616e6f6e6963616c",
    signature:
      "cb6b5a2154ad653c61d5a364e893ed8d4bbab922da43c9e06b7399234fe46091d46ace3ab36468fdb876a4c00f9231dfc798621327478d202b700d03437b3c0a",
    valid: false,
  },
];

/** Of the texts of `signedTexts` in claims.ts, by their agents' keys. */
export const SIGNATURES: readonly string[] = [
  "2d758e03f8e2a69460e9e130629901d381fb70ff31bdaf6331aa525f5dc18aafd3d6a7628f4f1f40f87270496837705df15c9db7be9f0c763d9eed204b4b5800",
  "184baf2c1f90b636c21e3f0595d955d2c18e31d77ab7503a474ea6cf93864a7fda55b00b87d89806d8bd390d64cb554c943510608734167ebb50c5c78ae30e04",
  "9b11cfad2eda17db294ba52a1d48853dd43ac332df07502fe8755f8c061f5e857e1939d626bee5ed4986bc64e5483c475af4c135b5b765c0603aa154911dfb0f",
  "8a52b396e733aef5de6ca40225c9f1ef0eeee378984082e95e4af910523f6e01c0345033a28265ba1196d5f111ef7114739497bc6c4730b23e1e45fa0ad02b09",
  "95ce537aa9f97fa33cfcadb02b7ca1b7f83a1bb9af5a5a5263ac6c086b44444b61025ec52a5c13397e8222b51dd47a66f7654266240c1449f9b20413623a6303",
  "6471b9893aa60611cfe5b339128edb7a1ddc4924b2307f3075e523e7c69f1c176edf0a7c60af3e170c13a39ea2995731f926b013fb69c51464f8c2736f6add09",
  "c1f35372597721e35f7fb7f4fda48305880a48117c740fbfbbc278b6d84d40293d5426fafd6f51ba20968d1171a75cd820793348a0dd68c2d0ee0f51b9d4f00f",
];
